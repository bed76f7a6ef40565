//! Content negotiation: which of the two GraphQL media types answers, and whether a request body is JSON in UTF-8.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

use crate::domain::{Error, Result};

/// The media types that GraphQL answers come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code tells how far the request came.
    GraphqlResponse,
    /// `application/json`: every well-formed request is answered with 200, as clients before the specification expect.
    Json,
}

/// How well a media type fits an `Accept` header: its weight in thousandths, then how exactly it was named.
type Fit = (u16, u8);

impl MediaType {
    /// The value of `Content-Type`.
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }

    /// The media type that suits the client best. Without `Accept`, and where only a wildcard matches, that is
    /// `application/json`; where both are named with equal weight it is the newer one.
    pub(super) fn negotiate(headers: &HeaderMap) -> Result<Self> {
        if !headers.contains_key(ACCEPT) {
            return Ok(Self::Json);
        }
        let ranges: Vec<Range> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(Range::parse)
            .collect();
        let graphql = best(&ranges, Self::GraphqlResponse);
        let json = best(&ranges, Self::Json);
        match (graphql, json) {
            (None, None) => Err(Error::invalid(
                "Accept",
                "not_acceptable",
                "answers come as application/graphql-response+json or application/json only",
            )),
            (Some(_), None) => Ok(Self::GraphqlResponse),
            (None, Some(_)) => Ok(Self::Json),
            (Some(graphql), Some(json)) if graphql > json => Ok(Self::GraphqlResponse),
            (Some(graphql), Some(json)) if graphql == json && graphql.1 == EXACT => Ok(Self::GraphqlResponse),
            (Some(_), Some(_)) => Ok(Self::Json),
        }
    }
}

const EXACT: u8 = 2;

/// The most exact range decides whether a type is acceptable (RFC 9110, 12.5.1), so `q=0` on it rules the type out.
fn best(ranges: &[Range], media: MediaType) -> Option<Fit> {
    ranges
        .iter()
        .filter_map(|range| range.exactness(media).map(|exactness| (exactness, range.weight)))
        .max()
        .filter(|(_, weight)| *weight > 0)
        .map(|(exactness, weight)| (weight, exactness))
}

/// One element of an `Accept` header.
struct Range {
    kind: String,
    subtype: String,
    /// In thousandths.
    weight: u16,
}

impl Range {
    /// `None` for what is malformed or asks for another charset: such a range cannot be met.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let (kind, subtype) = parts.next()?.trim().split_once('/')?;
        let mut weight = 1000;
        for (name, value) in parts.filter_map(parameter) {
            match name.as_str() {
                "q" => weight = thousandths(&value)?,
                "charset" if !utf8(&value) => return None,
                _ => {}
            }
        }
        Some(Self { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), weight })
    }

    fn exactness(&self, media: MediaType) -> Option<u8> {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(0),
            ("application", "*") => Some(1),
            ("application", subtype) if subtype == media.subtype() => Some(EXACT),
            _ => None,
        }
    }
}

/// A weight between 0 and 1 with at most three decimals (RFC 9110, 12.4.2).
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
}

fn utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Passes a request body that says it is JSON in UTF-8. Nothing else is taken for JSON: a browser sends this type to
/// another origin only after asking (a preflight), which is what keeps foreign pages out.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<()> {
    let refusal = |message: String| Error::invalid("Content-Type", "unsupported_media_type", message);
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Err(refusal("is missing: send application/json".to_owned()));
    };
    let text = value.to_str().unwrap_or_default();
    let mut parts = text.split(';');
    let media = parts.next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(refusal(format!("must be application/json, but is {}", excerpt(media))));
    }
    match parts.filter_map(parameter).find(|(name, value)| name == "charset" && !utf8(value)) {
        Some((_, charset)) => Err(refusal(format!("charset must be utf-8, but is {}", excerpt(&charset)))),
        None => Ok(()),
    }
}

/// Passes a request body that is not compressed: what a small body unpacks to has no bound.
pub(super) fn expect_plain(headers: &HeaderMap) -> Result<()> {
    match headers.get(CONTENT_ENCODING) {
        Some(value) if !value.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Error::invalid(
            "Content-Encoding",
            "unsupported_content_encoding",
            format!("must be identity, but is {}", excerpt(value.to_str().unwrap_or_default())),
        )),
        _ => Ok(()),
    }
}

/// At most the first 60 characters, quoted, so that an answer cannot be blown up by a header.
fn excerpt(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        MediaType::negotiate(&headers).ok()
    }

    #[test]
    fn the_best_fitting_type_answers() {
        let graphql = Some(MediaType::GraphqlResponse);
        let json = Some(MediaType::Json);
        for (accept, expected) in [
            ("*/*", json),
            ("application/*", json),
            ("application/json", json),
            ("application/graphql-response+json", graphql),
            ("Application/GraphQL-Response+JSON", graphql),
            ("application/json, application/graphql-response+json", graphql),
            ("application/graphql-response+json, application/json;q=0.9", graphql),
            ("application/json, application/graphql-response+json;q=0.9", json),
            ("application/graphql-response+json;q=0, */*", json),
            ("application/json;q=0, */*;q=0.1", graphql),
            ("application/graphql-response+json;q=0.5, */*;q=0.8", json),
            ("text/html, */*;q=0.8", json),
            ("application/json; charset=utf-8", json),
            ("application/json; charset=\"UTF-8\"", json),
            ("application/json; charset=iso-8859-1", None),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("text/html", None),
            ("application/json;q=2", None),
            ("application/json;q=0.1234", None),
            ("", None),
            ("nonsense", None),
        ] {
            assert_eq!(negotiated(accept), expected, "Accept: {accept}");
        }
    }

    #[test]
    fn several_accept_headers_count_as_one() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(ACCEPT, HeaderValue::from_static("application/graphql-response+json"));
        assert_eq!(MediaType::negotiate(&headers).unwrap(), MediaType::GraphqlResponse);
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (value, accepted) in [
            ("application/json", true),
            ("Application/JSON; Charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("multipart/form-data; boundary=x", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            assert_eq!(expect_json(&headers).is_ok(), accepted, "Content-Type: {value}");
        }
        assert!(expect_json(&HeaderMap::new()).is_err());
    }
}
