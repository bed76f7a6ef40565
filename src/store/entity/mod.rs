//! The tables that are written row by row, as entities of the object-relational mapper.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "the mapper's macros make public items; the tables are documented in the migrations"
)]

pub(super) mod asset;
pub(super) mod brand;
pub(super) mod category;
pub(super) mod content_type;
pub(super) mod content_type_version;
pub(super) mod entry;
pub(super) mod entry_version;
pub(super) mod locale;
pub(super) mod member;
pub(super) mod role;
pub(super) mod tag;
