//! The configuration: its contract, its layers, and everything that is wrong with it at once.

use std::{fs, path::PathBuf};

use brandgraph::app::config::{CONTRACT, Config, Environment};

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

fn load(name: &str, text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    Config::load(Some(&file(name, text)), &environment(variables)).map_err(|problems| problems.to_string())
}

#[test]
fn the_contract_is_accepted_and_holds_the_defaults() {
    let from_contract = load("contract", CONTRACT, &[]).unwrap();
    assert_eq!(format!("{from_contract:#?}"), format!("{:#?}", Config::default()));
}

#[test]
fn a_setting_of_the_environment_wins_over_the_file() {
    let config = load(
        "layers",
        "[database]\nmax_connections = 5\nmin_connections = 1\n",
        &[("BRANDGRAPH__DATABASE__MAX_CONNECTIONS", "7")],
    )
    .unwrap();
    assert_eq!((config.database.max_connections, config.database.min_connections), (7, 1));
}

#[test]
fn database_url_is_honoured_and_our_own_variable_wins() {
    assert!(load("url0", "", &[]).unwrap().embedded_mode());
    assert!(!load("url1", "", &[("DATABASE_URL", "postgres://a")]).unwrap().embedded_mode());
    assert!(load("url2", "", &[("DATABASE_URL", "")]).unwrap().embedded_mode());
}

#[test]
fn a_secret_can_be_in_a_file_and_is_never_shown() {
    let secret = file("secret", "postgres://user:hunter2@localhost/x\n");
    let config =
        load("secrets", "", &[("BRANDGRAPH__DATABASE__URL_FILE", secret.to_str().unwrap())]).unwrap();
    assert!(!config.embedded_mode());
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn everything_wrong_is_told_at_once_with_its_name_and_origin() {
    let wrong = "[database]\nmax_connections = \"many\"\n[log]\nformat = \"xml\"\nlevel = 1\n[databse]\nurl = \"x\"\n";
    let told = load("wrong", wrong, &[("BRANDGRAPH__EMBEDDED__DIR", "x")]).unwrap_err();
    for part in [
        "database.max_connections",
        "log.format",
        "there is no setting log.level",
        "there is no setting databse.url; did you mean database.url?",
        "BRANDGRAPH__EMBEDDED__DIR: there is no setting embedded.dir; there are embedded.demo, embedded.folder",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_the_line() {
    let told = load("broken", "[database]\nurl = = 3\n", &[]).unwrap_err();
    assert!(told.contains("broken.toml") && told.contains("line 2"), "{told}");
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let told = Config::load(Some(&PathBuf::from("no/such.toml")), &environment(&[])).unwrap_err().to_string();
    assert!(told.contains("no/such.toml"), "{told}");
}

#[test]
fn what_serving_would_refuse_is_refused_by_its_key() {
    for (key, value, variable) in [
        ("auth.secret", "hunter2", "BRANDGRAPH__AUTH__SECRET"),
        ("database.url", "mysql://hunter2@db/x", "DATABASE_URL"),
        ("database.max_connections", "0", "BRANDGRAPH__DATABASE__MAX_CONNECTIONS"),
        ("http.body_limit_bytes", "0", "BRANDGRAPH__HTTP__BODY_LIMIT_BYTES"),
        ("http.cors.origins", "nope", "BRANDGRAPH__HTTP__CORS__ORIGINS"),
        ("sources.shop.base_url", "ftp://user:hunter2@x", "BRANDGRAPH__SOURCES__SHOP__BASE_URL"),
    ] {
        let told = load(&key.replace('.', "_"), "", &[(variable, value)]).expect_err(key);
        assert!(told.contains(&format!("{variable}: {key}: ")), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn issuers_come_from_the_file_and_what_is_wrong_with_one_is_told_by_its_key() {
    let good = "[[auth.issuers]]\nissuer = \"https://login.acme.example\"\naudiences = [\"brandgraph\"]\n\
                [[auth.issuers.roles]]\nvalue = \"CMS Editors\"\nrole = \"editor\"\n";
    let config = load("issuers", good, &[]).unwrap();
    assert_eq!(config.auth.issuers[0].roles[0].value, "CMS Editors");
    let role = "[[auth.issuers.roles]]\nvalue = \"a\"\nrole = \"editor\"\n";
    for (key, text) in [
        ("auth.issuers.0.issuer", "issuer = \"http://login.acme.example\"\naudiences = [\"b\"]\n"),
        ("auth.issuers.0.issuer", "issuer = \"login\"\naudiences = [\"b\"]\n"),
        ("auth.issuers.0.audiences", "issuer = \"https://a.example\"\naudiences = []\n"),
        (
            "auth.issuers.0.algorithms",
            "issuer = \"https://a.example\"\naudiences = [\"b\"]\nalgorithms = [\"HS256\"]\n",
        ),
        (
            "auth.issuers.0.algorithms",
            "issuer = \"https://a.example\"\naudiences = [\"b\"]\nalgorithms = [\"none\"]\n",
        ),
        (
            "auth.issuers.0.roles_claim",
            "issuer = \"https://a.example\"\naudiences = [\"b\"]\nroles_claim = \"\"\n",
        ),
    ] {
        let told = load("issuers-wrong", &format!("[[auth.issuers]]\n{text}{role}"), &[]).expect_err(text);
        assert!(told.contains(&format!("{key}: ")), "{told}");
    }
    let twice = load("issuers-twice", &format!("{good}{good}"), &[]).unwrap_err();
    assert!(twice.contains("auth.issuers.1.issuer: ") && twice.contains("an issuer already"), "{twice}");
    let emperor = load("issuers-role", &good.replace("editor", "emperor"), &[]).unwrap_err();
    assert!(emperor.contains("auth.issuers.0.roles.0.role: ") && emperor.contains("delivery"), "{emperor}");
    let slug = load("issuers-brand", &format!("{good}brand = \"acme\"\n"), &[]).unwrap_err();
    assert!(slug.contains("auth.issuers.0.roles.0.brand: "), "{slug}");
    let unknown = load("issuers-unknown", &format!("{good}brnad = \"acme\"\n"), &[]).unwrap_err();
    assert!(unknown.contains("auth.issuers") && unknown.contains("brnad"), "{unknown}");
}

#[test]
fn what_serving_would_refuse_is_no_configuration() {
    let told = load("enforced", "[documents]\nmode = \"enforce\"\n", &[]).unwrap_err();
    assert!(told.contains("documents.manifest: must be given where documents.mode is not off"), "{told}");
    let issuer = "[[auth.issuers]]\nissuer = \"https://login.acme.example\"\naudiences = [\"a\"]\nleeway_seconds = 4000000000\n\
        [[auth.issuers.roles]]\nvalue = \"a\"\nrole = \"viewer\"\n";
    let told = load("leeway", issuer, &[]).unwrap_err();
    assert!(told.contains("auth.issuers.0.leeway_seconds: must be 600 at the most"), "{told}");
    let told = load("own-leeway", "[auth]\nleeway_seconds = 601\n", &[]).unwrap_err();
    assert!(told.contains("auth.leeway_seconds: must be 600 at the most"), "{told}");
    load("good-leeway", "[auth]\nleeway_seconds = 600\n", &[]).unwrap();
}
