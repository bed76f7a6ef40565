//! Where a list is found and how it is paged through.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Jq;

/// Where a list is found: `{page}`, `{offset}` and `{limit}` in path and query are filled in for each page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSpec {
    /// The path below the source's base URL.
    pub path: Spanned<String>,
    /// Query parameters, sent in this order.
    #[serde(default)]
    pub query: IndexMap<String, String>,
    /// Where the items are in the answer; `.` where the answer is the bare array.
    pub items: Jq,
    /// Where the number of all items is said, if anywhere.
    #[serde(default)]
    pub total: Option<TotalSpec>,
    /// How the next page is found.
    pub paging: Spanned<Paging>,
}

/// Where the number of all items is said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalSpec {
    /// In the answer's body.
    Body(Jq),
    /// In a header of the answer.
    Header(String),
}

/// How the next page is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// The list is one page.
    None,
    /// `{page}` counts pages.
    Page(ByPage),
    /// `{offset}` counts items.
    Offset(ByOffset),
}

/// `{page}` counts pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByPage {
    /// Items asked for at once, sent as `{limit}`.
    pub size: u32,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first: u32,
}

/// `{offset}` counts items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByOffset {
    /// Items asked for at once, sent as `{limit}`.
    pub size: u32,
}

const fn one() -> u32 {
    1
}
