//! What more is known of an asset: what it shows in every language, whose it is, what must stay in sight, and where and when it may be shown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Error, Result,
    change::Patch,
    limits::LIMITS,
    text::{Locale, Prose},
};

/// The most languages that an asset is described in.
pub const MAX_ALTS: u32 = LIMITS.max_alts;
/// The most territories of an asset.
pub const MAX_TERRITORIES: usize = 300;
/// The most characters of a credit.
pub const MAX_CREDIT: usize = 1_000;

/// What more is known of an asset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct About {
    /// What it shows, by locale.
    pub alts: BTreeMap<String, String>,
    /// Whom to name beside it.
    pub credit: Option<String>,
    /// What must stay in sight when it is cropped: from the left and from the top, 0 to 1.
    pub focal: Option<(f64, f64)>,
    /// From when on it may be shown.
    pub rights_from: Option<DateTime<Utc>>,
    /// Until when it may be shown.
    pub rights_until: Option<DateTime<Utc>>,
    /// Where it may be shown: countries of ISO 3166-1, two letters; none is everywhere.
    pub territories: Vec<String>,
}

/// What is to change of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AboutPatch {
    /// Other texts, in place of all.
    pub alts: Option<BTreeMap<String, String>>,
    /// Another credit.
    pub credit: Patch<String>,
    /// Another focal point.
    pub focal: Patch<(f64, f64)>,
    /// Another beginning.
    pub rights_from: Patch<DateTime<Utc>>,
    /// Another end.
    pub rights_until: Patch<DateTime<Utc>>,
    /// Other territories, in place of all.
    pub territories: Option<Vec<String>>,
}

/// Checks texts by locale. `at` is where the caller gave them.
///
/// # Errors
/// `INVALID` naming the locale or text, `LIMIT_EXCEEDED` for too many.
pub fn alts(given: &[(String, String)], at: &str) -> Result<BTreeMap<String, String>> {
    if given.len() as u64 > u64::from(MAX_ALTS) {
        return Err(Error::limit_at(at, ("max_alts", "texts of one asset"), MAX_ALTS, given.len() as u64));
    }
    let mut alts = BTreeMap::new();
    for (index, (locale, text)) in given.iter().enumerate() {
        let path = format!("{at}/{index}/locale");
        let locale = Locale::parse(locale, &path)?.to_string();
        let text = Prose::parse(text, &format!("{at}/{index}/text"))?.to_string();
        if alts.insert(locale, text).is_some() {
            return Err(Error::invalid(path, "duplicate", "is given twice"));
        }
    }
    Ok(alts)
}

/// Checks a credit.
///
/// # Errors
/// `INVALID` for one that is blank, too long or of several lines.
pub fn credit(text: &str, at: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Error::invalid(at, "line", "must be one line that is not blank"));
    }
    if text.chars().count() > MAX_CREDIT {
        return Err(Error::invalid(at, "max_length", format!("must have at most {MAX_CREDIT} characters")));
    }
    Ok(text.to_owned())
}

/// Checks a focal point.
///
/// # Errors
/// `INVALID` with the code `range`.
pub fn focal(x: f64, y: f64, at: &str) -> Result<(f64, f64)> {
    if (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) {
        // Nothing less is nothing, too.
        return Ok((x + 0.0, y + 0.0));
    }
    Err(Error::invalid(at, "range", "must be two numbers between 0 and 1"))
}

/// Checks territories: each once, in capitals.
///
/// # Errors
/// `INVALID` naming the one that is none, `LIMIT_EXCEEDED` for too many.
pub fn territories(given: &[String], at: &str) -> Result<Vec<String>> {
    if given.len() > MAX_TERRITORIES {
        return Err(Error::limit_at(at, "territories", MAX_TERRITORIES as u64, given.len() as u64));
    }
    let mut found = Vec::with_capacity(given.len());
    for (index, code) in given.iter().enumerate() {
        let code = code.to_ascii_uppercase();
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let message = "must be a country of two letters (ISO 3166-1)";
            return Err(Error::invalid(format!("{at}/{index}"), "territory", message));
        }
        if !found.contains(&code) {
            found.push(code);
        }
    }
    Ok(found)
}

/// Refuses a window that ends before it begins.
///
/// # Errors
/// `INVALID` with the code `range`.
pub fn window(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, at: &str) -> Result<()> {
    match (from, until) {
        (Some(from), Some(until)) if from >= until => {
            Err(Error::invalid(at, "range", "must be later than rightsFrom"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focal_point_has_one_nothing() {
        let (x, y) = focal(-0.0, 1.0, "focal").unwrap();
        assert!(x.is_sign_positive() && (y - 1.0).abs() < f64::EPSILON);
        assert!(focal(-0.1, 0.5, "focal").is_err());
    }
}
