//! Which pages may ask by GET. A POST needs a content type that browsers send to another origin only after asking; a GET needs no
//! such thing, so that what the browser says of where it comes from is looked at.

use http::{HeaderMap, HeaderName, header};

use super::settings::Cors;
use crate::domain::{Code, Error, Result, Violation};

/// Where a request comes from, in a browser's words (W3C Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Headers that a page can only set after its browser has asked, which then was the policy's to refuse.
const ASKED_FIRST: [&str; 2] = ["x-requested-with", "apollo-require-preflight"];

/// Refuses what a page of another origin makes a browser send, unless it may call this server or had to ask before.
///
/// # Errors
/// `FORBIDDEN`, naming the header.
pub(super) fn own_pages(headers: &HeaderMap, cors: &Cors) -> Result<()> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // Over plain HTTP a browser says nothing of the site; but it names its origin in a GET only where that is another.
    let foreign = match text(SITE) {
        Some(site) => matches!(site, "cross-site" | "same-site"),
        None => headers.contains_key(header::ORIGIN),
    };
    let allowed = text(header::ORIGIN)
        .is_some_and(|origin| cors.origins.iter().any(|known| known == "*" || known == origin));
    if !foreign || allowed || ASKED_FIRST.iter().any(|name| headers.contains_key(*name)) {
        return Ok(());
    }
    let message =
        "comes from a page of another site, which may not ask by GET: send a POST with application/json";
    let violation = Violation::new("Sec-Fetch-Site", "cross_site", message);
    Err(Error::new(Code::Forbidden, format!("the request {message}")).with_violation(violation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_pages_cannot_ask_by_get_unless_they_may_call_us() {
        let cors = Cors { origins: vec!["https://shop.example".to_owned()] };
        for (given, allowed) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://shop.example")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://own.example")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("apollo-require-preflight", "1")], true),
        ] {
            let headers =
                given.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(own_pages(&headers, &cors).is_ok(), allowed, "{given:?}");
        }
    }
}
