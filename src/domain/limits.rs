//! Every bound on a request, in one table: its name, number, unit and meaning, declared once and printed into `schema/limits.txt`.

use serde::Deserialize;

use super::{Error, Result, Violation};

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The name; of one that can be set, its key in the section `limits`.
    pub name: &'static str,
    /// The bound where nothing else is set.
    pub bound: u64,
    /// What is counted.
    pub unit: &'static str,
    /// What it is about.
    pub about: &'static str,
}

/// Makes a struct of bounds, their values, and the rows that describe them, all from one declaration.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(#[doc = $about:literal] $field:ident: $kind:ty = $bound:expr, $unit:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $(#[doc = $about] pub $field: $kind,)+
        }

        impl $name {
            /// The bounds where nothing else is set.
            pub const DEFAULT: Self = Self { $($field: $bound,)+ };

            /// What describes each of them.
            pub const ROWS: &[Row] = &[
                $(Row {
                    name: stringify!($field),
                    bound: { let bound: $kind = $bound; bound as u64 },
                    unit: $unit,
                    about: $about,
                },)+
            ];

            /// Each bound by its name.
            pub fn bounds(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($field), u64::from(self.$field)),)+].into_iter()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::DEFAULT
            }
        }
    };
}

table! {
    /// The section `limits` of the configuration: what a document may be before anything of it runs.
    Settings {
        #[doc = " Bytes of a document."]
        document_bytes: u32 = 262_144, "bytes";
        #[doc = " Words, numbers, texts and signs of a document."]
        tokens: u32 = 50_000, "tokens";
        #[doc = " Levels of nested braces, brackets and parentheses; what reads a document is recursive."]
        nesting: u32 = 100, "levels";
        #[doc = " Levels of nested fields, fragments written out."]
        depth: u32 = 30, "levels";
        #[doc = " Fields and fragments, with the fragments written out where they are spread."]
        selections: u32 = 5_000, "selections";
        #[doc = " Root fields of an operation."]
        root_fields: u32 = 20, "fields";
        #[doc = " Aliases, fragments written out."]
        aliases: u32 = 1_000, "aliases";
        #[doc = " Directives, fragments written out."]
        directives: u32 = 1_000, "directives";
        #[doc = " Fragments that a document declares."]
        fragments: u32 = 200, "fragments";
        #[doc = " Operations that a document declares."]
        operations: u32 = 50, "operations";
        #[doc = " Points that one request may cost, as docs/limits.md counts them."]
        cost: u32 = 250_000, "points";
    }
}

table! {
    /// What a request may ask for; the same everywhere, since clients are written against them.
    Limits {
        #[doc = " Requests in one body: batches are not accepted."]
        max_batch: u32 = 1, "requests";
        #[doc = " Rows on a page where the query names no number."]
        default_page: u32 = 20, "rows";
        #[doc = " Rows on a page at the most."]
        max_page: u32 = 100, "rows";
        #[doc = " Rows in a list that is given in full."]
        max_list: u32 = 100, "rows";
        #[doc = " Rows that such a list is taken to come to, where it is not inside of another one."]
        short_list: u32 = 5, "rows";
        #[doc = " Rows that a count looks at before it answers `AT_LEAST`."]
        max_count: u32 = 10_000, "rows";
        #[doc = " Buckets in one facet."]
        max_buckets: u32 = 50, "buckets";
        #[doc = " Levels of nested rows and pages."]
        max_depth: u32 = 12, "levels";
        #[doc = " Parts of one filter: every field of every object and every item of every list in it."]
        max_conditions: u32 = 400, "parts";
        #[doc = " Levels of nested filters."]
        max_filter_depth: u32 = 8, "levels";
        #[doc = " Values in one `in`."]
        max_values: u32 = 100, "values";
        #[doc = " Keys in one order."]
        max_order_keys: u32 = 5, "keys";
        #[doc = " Characters in one search."]
        max_search: u32 = 200, "characters";
        #[doc = " How many rows a count stands for, where rows are counted."]
        count_rows: u32 = 1_000, "rows";
        #[doc = " How many rows a facet stands for, where rows are counted."]
        facet_rows: u32 = 5_000, "rows";
        #[doc = " Places in one page that show its rows."]
        max_bodies: u32 = 20, "places";
        #[doc = " Bytes of a cursor."]
        max_cursor: u32 = 32_768, "bytes";
        #[doc = " Ids in one `nodes`."]
        max_nodes: u32 = 100, "ids";
        #[doc = " Bytes that the arguments of a query come to, every variable counted wherever it is used."]
        max_arguments: u64 = 1_048_576, "bytes";
        #[doc = " Rows that the pages of a root field can come to, multiplied along the nesting; counts and facets stand for many."]
        max_rows: u64 = 200_000, "rows";
        #[doc = " Operations in one `batch`."]
        max_operations: u32 = 1_000, "operations";
        #[doc = " Tags of one entry."]
        tags: u32 = 100, "tags";
        #[doc = " Categories of one entry."]
        categories: u32 = 50, "categories";
        #[doc = " Languages that one asset is described in."]
        max_alts: u32 = 100, "languages";
        #[doc = " Parts of an upload that are signed at a time."]
        max_signed: u32 = 100, "parts";
    }
}

table! {
    /// What things cost beside the rows that they read, of which each costs a point.
    Prices {
        #[doc = " A root field, and so any request at least."]
        root_field: u32 = 1, "points";
        #[doc = " A search, which measures every row that it finds."]
        search: u32 = 1_000, "points";
        #[doc = " A `totalCount`."]
        count: u32 = 100, "points";
        #[doc = " Each facet."]
        facet: u32 = 500, "points";
        #[doc = " A mutation, which writes, keeps a version and a record."]
        mutation: u32 = 50, "points";
        #[doc = " Each operation of a batch, beside the mutation itself and what is shown of its node."]
        operation: u32 = 50, "points";
        #[doc = " A look at the schema (`__schema`, `__type`)."]
        introspection: u32 = 100, "points";
        #[doc = " A request that was refused before its cost was known."]
        refused: u32 = 10, "points";
    }
}

/// The bounds of requests.
pub const LIMITS: Limits = Limits::DEFAULT;
/// What things cost.
pub const PRICES: Prices = Prices::DEFAULT;

impl Settings {
    /// What nobody could work with.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let wrong: Vec<_> = self
            .bounds()
            .filter(|(_, bound)| *bound == 0)
            .map(|(name, _)| Violation::new(format!("limits.{name}"), "minimum", "must be at least 1"))
            .chain((self.nesting > MAX_NESTING).then(|| {
                let message = format!("must be at most {MAX_NESTING}: what reads a document is recursive");
                Violation::new("limits.nesting", "maximum", message)
            }))
            .chain((self.fragments > MAX_FRAGMENTS).then(|| {
                let message = format!("must be at most {MAX_FRAGMENTS}: what reads a document is recursive");
                Violation::new("limits.fragments", "maximum", message)
            }))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}

/// More levels of nesting could use up a thread's stack.
const MAX_NESTING: u32 = 200;
/// More fragments that spread one another could.
const MAX_FRAGMENTS: u32 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_of_nothing_is_no_setting() {
        let settings = Settings { depth: 0, nesting: 1_000, ..Settings::default() };
        let paths: Vec<_> =
            settings.check().unwrap_err().violations().iter().map(|one| one.path.clone()).collect();
        assert_eq!(paths, ["limits.depth", "limits.nesting"]);
        Settings::default().check().unwrap();
    }
}
