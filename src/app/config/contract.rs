//! `schema/config.toml`, the contract: which settings there are. A test compares it with the code.

use std::collections::BTreeMap;

/// The contract: every setting with its default and what it means. One without a default is commented out.
pub const TEXT: &str = include_str!("../../../schema/config.toml");

/// Settings whose values are never shown, and which can also be given as the name of a file that holds them.
pub(super) const SECRETS: [&str; 8] = [
    "audit.previous_seal_keys",
    "audit.seal_key",
    "auth.secret",
    "database.url",
    "images.key",
    "images.salt",
    "objects.secret_access_key",
    "redis.url",
];

/// What a setting's value looks like, as far as a variable of the environment must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One value.
    Single,
    /// Several, separated by commas.
    List,
}

/// Every setting by its dotted name.
pub(super) fn settings() -> BTreeMap<String, Shape> {
    let mut section = "";
    let mut settings = BTreeMap::new();
    for line in TEXT.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, value)) = line.trim_start_matches("#: ").split_once(" = ")
            && !line.starts_with("# ")
        {
            let shape = if value.starts_with('[') { Shape::List } else { Shape::Single };
            settings.insert(format!("{section}.{key}"), shape);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Config, Problems},
        TEXT, settings,
    };

    /// The names in the message with which serde refuses a setting: all that the code takes in that section.
    fn fields_of(section: &str) -> Vec<String> {
        let layers = [(format!("{section}.no_such_setting"), 1.into())].into_iter().collect();
        let mut problems = Problems::default();
        Config::compose(&layers, &mut problems);
        let (_, listed) = problems.lines()[0].split_once("expected").unwrap();
        listed.split('`').skip(1).step_by(2).map(|field| format!("{section}.{field}")).collect()
    }

    #[test]
    fn the_contract_has_exactly_the_settings_that_the_code_takes() {
        let sections: Vec<_> =
            TEXT.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
        let mut taken: Vec<_> = sections.iter().flat_map(|section| fields_of(section)).collect();
        taken.retain(|field| !sections.contains(&field.as_str()));
        taken.sort();
        assert_eq!(settings().into_keys().collect::<Vec<_>>(), taken);
    }
}
