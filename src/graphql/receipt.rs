//! What every answer says of its cost, in `extensions.cost`.

use std::fmt::Write;

use bytes::Bytes;

/// What a request was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    /// What it costs, in points.
    pub(super) requested: u64,
    /// What one request may cost.
    pub(super) bound: u64,
    /// What the caller may still spend at once; nothing where no rate limit is in force.
    pub(super) remaining: Option<u64>,
}

impl Receipt {
    /// Closes the response object, with the cost as its last member.
    pub(super) fn close(&self, body: &mut String) {
        let Self { requested, bound, .. } = self;
        // Writing to a text cannot fail.
        let _ = write!(body, ",\"extensions\":{{\"cost\":{{\"requested\":{requested},\"bound\":{bound}");
        if let Some(remaining) = self.remaining {
            let _ = write!(body, ",\"remaining\":{remaining}");
        }
        body.push_str("}}}");
    }

    /// A response object that was closed without it, with it.
    pub(super) fn added_to(&self, body: &Bytes) -> Bytes {
        let Some(open) = std::str::from_utf8(body).ok().and_then(|text| text.strip_suffix('}')) else {
            return body.clone();
        };
        let mut text = String::with_capacity(open.len().saturating_add(96));
        text.push_str(open);
        self.close(&mut text);
        Bytes::from(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_the_last_member_and_what_is_unlimited_is_left_out() {
        let receipt = Receipt { requested: 21, bound: 100, remaining: Some(7) };
        let closed = receipt.added_to(&Bytes::from_static(b"{\"data\":{\"a\":1}}"));
        let expected =
            "{\"data\":{\"a\":1},\"extensions\":{\"cost\":{\"requested\":21,\"bound\":100,\"remaining\":7}}}";
        assert_eq!(closed, expected);
        let unlimited =
            Receipt { remaining: None, ..receipt }.added_to(&Bytes::from_static(b"{\"data\":null}"));
        assert_eq!(unlimited, "{\"data\":null,\"extensions\":{\"cost\":{\"requested\":21,\"bound\":100}}}");
    }
}
