//! Sources in the configuration: their names are the operator's, their secrets are never shown.

use std::{fs, path::PathBuf};

use brandgraph::app::config::{Config, Environment};
use secrecy::ExposeSecret;

fn load(name: &str, text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    let variables: Environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::load(Some(&path), &variables).map_err(|problems| problems.to_string())
}

#[test]
fn a_source_comes_from_file_environment_and_secret_files() {
    let secret = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("source-token");
    fs::write(&secret, "t0ken\n").unwrap();
    let text = "[sources.my-cms]\nbrand = \"acme\"\nlocales = [\"en\", \"de\"]\nbase_url = \"https://a.example\"\n\
                [sources.my-cms.credentials]\nuser = \"ada\"\n[sources.other]\nconnector = \"directus\"\n";
    let variables = [
        ("BRANDGRAPH__SOURCES__OTHER__CREDENTIALS__TOKEN_FILE", secret.to_str().unwrap()),
        ("BRANDGRAPH__SOURCES__OTHER__LOCALES", "fr, it"),
        ("BRANDGRAPH__SOURCES__OTHER__BASE_URL", "https://b.example"),
    ];
    let config = load("sources", text, &variables).unwrap();
    let [mine, other] = ["my-cms", "other"].map(|name| &config.sources[name]);
    assert_eq!(
        (mine.brand.as_deref(), mine.locales.as_slice()),
        (Some("acme"), ["en", "de"].map(str::to_owned).as_slice())
    );
    assert_eq!(mine.credentials["user"].expose_secret(), "ada");
    assert_eq!(
        (other.connector.as_deref(), other.base_url.as_deref()),
        (Some("directus"), Some("https://b.example"))
    );
    assert_eq!(other.locales, ["fr", "it"]);
    assert_eq!(other.credentials["token"].expose_secret(), "t0ken");
    assert!(!format!("{config:?}").contains("t0ken"));
}

#[test]
fn an_unknown_setting_of_a_source_is_named() {
    let told =
        load("sources-wrong", "[sources.a]\nurl = \"x\"\n", &[("BRANDGRAPH__SOURCES__A__TOKEN", "t0ken")])
            .unwrap_err();
    assert!(told.contains("there is no setting sources.a.url"), "{told}");
    assert!(told.contains("there is no setting sources.a.token") && !told.contains("t0ken"), "{told}");
}
