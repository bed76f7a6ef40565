//! What a setting may be beyond its type, by its module's own rules: every command refuses what serving would.

use super::{Config, layers::Layers, problem::Problems};
use crate::{cmp::pull, domain::Result};

/// Adds what is wrong with the settings that were given.
pub(super) fn all(config: &Config, layers: &Layers, problems: &mut Problems) {
    let mut told = |checked: Result<()>, key: Option<&str>| {
        let Err(error) = checked else { return };
        for violation in error.violations() {
            let key = key.unwrap_or(&violation.path);
            let origin = layers.get(key).and_then(|value| value.origin());
            let origin = origin.map(|origin| format!("{origin}: ")).unwrap_or_default();
            problems.add(format!("{origin}{key}: {}", violation.message));
        }
    };
    told(config.audit.check(), None);
    told(config.auth.check(), None);
    told(config.database.check(), None);
    told(config.documents.check(), None);
    told(config.http.check(), None);
    told(config.images.check(), None);
    told(config.limits.check(), None);
    told(config.quotas.check(), None);
    told(config.rate_limits.check(), None);
    told(config.objects.check(), None);
    told(config.redis.check(), None);
    told(config.uploads.check(), None);
    for (name, source) in &config.sources {
        if let Some(base_url) = &source.base_url {
            told(pull::base_url(base_url).map(drop), Some(&format!("sources.{name}.base_url")));
        }
    }
}
