//! The sections `sources.NAME`: platforms to pull from, and the secrets they want. Their names are the operator's, so they
//! stand in no contract.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{contract::Shape, layers::Layers, problem::Problems};

const PREFIX: &str = "sources.";

/// One source, as far as it is configured: what is left out, the database knows from before.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The slug of the brand that the content is for; made where there is none.
    pub brand: Option<String>,
    /// The locales of the brand where it has to be made, the default first.
    pub locales: Vec<String>,
    /// A preset's name, or the path of a connector file.
    pub connector: Option<String>,
    /// Where the platform is.
    pub base_url: Option<String>,
    /// What the connector calls its secrets.
    pub credentials: BTreeMap<String, SecretString>,
}

/// Every configured source by its name.
pub type Sources = BTreeMap<String, Source>;

/// Whether a dotted name is a setting of a source, and what its value looks like.
pub(super) fn shape(key: &str) -> Option<Shape> {
    match key.strip_prefix(PREFIX)?.split('.').collect::<Vec<_>>().as_slice() {
        [_, "brand" | "connector" | "base_url"] | [_, "credentials", _] => Some(Shape::Single),
        [_, "locales"] => Some(Shape::List),
        _ => None,
    }
}

/// The secret that a setting ending in `_file` is the file of.
pub(super) fn secret_of_file(key: &str) -> Option<&str> {
    let secret = key.strip_suffix("_file")?;
    match secret.strip_prefix(PREFIX)?.split('.').collect::<Vec<_>>().as_slice() {
        [_, "credentials", _] => Some(secret),
        _ => None,
    }
}

/// Composes the sources.
pub(super) fn compose(layers: &Layers, problems: &mut Problems) -> Sources {
    let mut sources = Sources::new();
    for (key, value) in layers {
        let Some((name, setting)) = key.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.')) else {
            continue;
        };
        let source = sources.entry(name.to_owned()).or_default();
        if setting == "locales" {
            let items = value.clone().into_array().unwrap_or_default();
            source.locales = items.into_iter().filter_map(|item| item.into_string().ok()).collect();
            continue;
        }
        // The value is not shown: it may be a secret.
        let Ok(text) = value.clone().into_string() else {
            let origin = value.origin().map(|origin| format!("{origin}: ")).unwrap_or_default();
            problems.add(format!("{origin}{key}: must be text"));
            continue;
        };
        match setting {
            "brand" => source.brand = Some(text),
            "connector" => source.connector = Some(text),
            "base_url" => source.base_url = Some(text),
            _ => {
                let name = setting.strip_prefix("credentials.").unwrap_or(setting);
                source.credentials.insert(name.to_owned(), text.into());
            }
        }
    }
    sources
}
