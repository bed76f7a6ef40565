//! The connectors that come with the binary.

use super::connector::Connector;
use crate::domain::Result;

/// Name and text of each preset.
const PRESETS: [(&str, &str); 2] = [
    ("demo", include_str!("../../connectors/demo.yaml")),
    ("directus", include_str!("../../connectors/directus.yaml")),
];

/// The names of the presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The text of a preset.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(preset, _)| *preset == name).map(|(_, text)| *text)
}

/// The connector of a source: a preset's name, or the text of a connector file.
///
/// # Errors
/// `INVALID` as [`Connector::parse`].
pub fn load(name_or_text: &str) -> Result<Connector> {
    match find(name_or_text) {
        Some(text) => Connector::parse(&format!("connectors/{name_or_text}.yaml"), text),
        None => Connector::parse("connector", name_or_text),
    }
}
