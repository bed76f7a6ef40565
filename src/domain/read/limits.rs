//! The one table of bounds on a read. A refusal names the limit, its bound and the value.

/// The bounds on a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows on a page where the query names no number.
    pub default_page: u32,
    /// Rows on a page at the most.
    pub max_page: u32,
    /// Rows in a list that is given in full.
    pub max_list: u32,
    /// Rows that such a list is taken to come to, where it is not inside of another one.
    pub short_list: u32,
    /// Rows that a count looks at before it answers `AT_LEAST`.
    pub max_count: u32,
    /// Buckets in one facet.
    pub max_buckets: u32,
    /// Root fields of a query.
    pub max_roots: u32,
    /// Levels of nested selections.
    pub max_depth: u32,
    /// Parts of one filter: every field of every object and every item of every list in it.
    pub max_conditions: u32,
    /// Levels of nested filters.
    pub max_filter_depth: u32,
    /// Values in one `in`.
    pub max_values: u32,
    /// Keys in one order.
    pub max_order_keys: u32,
    /// Characters in one search.
    pub max_search: u32,
    /// How many rows a count stands for.
    pub count_rows: u32,
    /// How many rows a facet stands for.
    pub facet_rows: u32,
    /// Places in one page that show its rows.
    pub max_bodies: u32,
    /// Bytes of a cursor.
    pub max_cursor: u32,
    /// Ids in one `nodes`.
    pub max_nodes: u32,
    /// Bytes that the arguments of a query come to, every variable counted wherever it is used.
    pub max_arguments: u64,
    /// Rows that the pages of a root field can come to, multiplied along the nesting; counts and facets stand for many.
    pub max_rows: u64,
}

/// The bounds in force.
pub const LIMITS: Limits = Limits {
    default_page: 20,
    max_page: 100,
    max_list: 100,
    short_list: 5,
    max_count: 10_000,
    max_buckets: 50,
    max_roots: 20,
    max_depth: 12,
    max_conditions: 400,
    max_filter_depth: 8,
    max_values: 100,
    max_order_keys: 5,
    max_search: 200,
    count_rows: 1_000,
    facet_rows: 5_000,
    max_bodies: 20,
    max_cursor: 32_768,
    max_nodes: 100,
    max_arguments: 1_048_576,
    max_rows: 200_000,
};
