//! Every bound on custom fields, in one table: what a schema may ask for, and what an entry may hold.

/// The most bytes of a content type's schema, written as JSON.
pub const SCHEMA_BYTES: usize = 65_536;
/// How deep a schema's JSON nests.
pub const SCHEMA_DEPTH: usize = 32;
/// The most schemas inside a schema (each property, item, alternative and definition is one).
pub const SUBSCHEMAS: usize = 2_000;
/// The most properties that one object schema names.
pub const PROPERTIES: usize = 200;
/// The most characters of a regular expression.
pub const PATTERN: usize = 512;
/// The most bytes of memory that one compiled regular expression takes.
pub const PATTERN_BYTES: usize = 1_048_576;
/// The most bytes of memory that the compiled regular expressions of one schema take together.
pub const PATTERNS_BYTES: usize = 4_194_304;
/// The most bytes that one regular expression keeps of what it learnt while matching; with less it matches slower.
pub const PATTERN_CACHE_BYTES: usize = 131_072;
/// The most schemas that one value can be checked against, over every reference and alternative.
pub const EVALUATIONS: u64 = 2_000;
/// The longest chain of schemas inside schemas and references that is followed, since each takes some stack.
pub const CHAIN: usize = 256;
/// The most annotated fields of one content type.
pub const ANNOTATED: usize = 64;
/// The most fields of one content type that ask for an index (filterable, sortable, unique).
pub const INDEXED: usize = 32;
/// The most content types that one reference names.
pub const REFERENCE_TYPES: usize = 50;

/// The most bytes of an entry's fields, written as JSON.
pub const VALUE_BYTES: usize = 262_144;
/// How deep an entry's fields nest.
pub const VALUE_DEPTH: usize = 16;
/// The most values in an entry's fields, nested ones included.
pub const VALUES: usize = 20_000;
/// The most bytes of one text in an entry's fields.
pub const TEXT_BYTES: usize = 65_536;
/// The most bytes of a property's name in an entry's fields.
pub const NAME_BYTES: usize = 128;
/// The most characters of a text that must be unique: as many as are compared.
pub const UNIQUE_CHARACTERS: usize = super::COMPARED;
/// The most references that one entry holds.
pub const REFERENCES: usize = 500;
/// The most bytes of text that one entry gives to the search.
pub const SEARCH_BYTES: usize = 131_072;
/// The most violations that are reported at once; a last one then says that there are more.
pub const VIOLATIONS: usize = 100;
