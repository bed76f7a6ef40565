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
