//! Addresses on a platform: below the source's base URL and nowhere else, because every request carries the credentials.

use url::Url;

use super::connector::Resource;

/// An address relative to the base URL, whose last part counts as a folder whether or not it ends in a slash. It may lead
/// anywhere: only for what is fetched without credentials.
///
/// # Errors
/// Where the result is no address.
pub(super) fn join(base: &Url, path: &str) -> Result<Url, url::ParseError> {
    match path.trim_start_matches('/') {
        // A colon in the first part would make a scheme of it.
        trimmed if trimmed.len() < path.len() => folder(base).join(&format!("./{trimmed}")),
        relative => folder(base).join(relative),
    }
}

/// An address below the base URL.
///
/// # Errors
/// A sentence, where the path is empty, the result is no address, or leads to another host or out of the base's folder.
pub(super) fn below(base: &Url, path: &str) -> Result<Url, String> {
    if path.trim().is_empty() {
        return Err("is empty: it says where the list is below the base URL".to_owned());
    }
    // A browser's address line takes a backslash for a slash and leaves out control characters; so does the parser.
    if path.contains(|c: char| c == '\\' || c.is_control()) {
        return Err("holds a backslash or a control character".to_owned());
    }
    let url = join(base, path).map_err(|fault| format!("makes no address: {fault}"))?;
    let folder = folder(base);
    if url.origin() != folder.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err("leads to another host: it is relative to the base URL".to_owned());
    }
    if !url.path().starts_with(folder.path()) || climbs(url.path()) {
        return Err("leads out of the base URL".to_owned());
    }
    Ok(url)
}

/// Whether a connector's path stays below whatever base URL a source has, its placeholders filled in.
///
/// # Errors
/// As [`below`].
pub(super) fn check(path: &str) -> Result<(), String> {
    let filled =
        ["{page}", "{offset}", "{limit}"].iter().fold(path.to_owned(), |path, name| path.replace(name, "1"));
    match Url::parse("http://platform.invalid/base/") {
        Ok(base) => below(&base, &filled).map(drop),
        Err(fault) => Err(fault.to_string()),
    }
}

/// As [`below`], with a connector's query.
pub(super) fn with_query(
    base: &Url,
    resource: &Resource,
    fill: impl Fn(&str) -> String,
) -> Result<Url, String> {
    let mut url = below(base, &fill(&resource.path))?;
    if !resource.query.is_empty() {
        let mut query = url.query_pairs_mut();
        for (name, value) in &resource.query {
            query.append_pair(name, &fill(value));
        }
    }
    Ok(url)
}

fn folder(base: &Url) -> Url {
    let mut folder = base.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", base.path()));
    }
    folder
}

/// Whether a server that decodes before it walks would climb: slashes and dots can be written as escapes.
fn climbs(path: &str) -> bool {
    let path = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    path.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_below_the_last_part_of_the_base() {
        for base in ["http://cmp.test/api", "http://cmp.test/api/"] {
            let base = Url::parse(base).unwrap();
            assert_eq!(below(&base, "/items/a").unwrap().as_str(), "http://cmp.test/api/items/a");
        }
    }

    #[test]
    fn nothing_leads_out_of_the_base() {
        let base = Url::parse("http://cmp.test/api").unwrap();
        for path in
            ["http://cmp.test/x", "../apix", "http://cmp.test:81/api/x", "//", "http://u@cmp.test/api/x"]
        {
            let url = below(&base, path);
            assert!(url.as_ref().is_err() || url.as_ref().unwrap().path() == "/api/", "{path}: {url:?}");
        }
    }
}
