//! What the database says, turned into what a caller can act on; constraints are known by name, never by message.

use sea_orm::{DbErr, RuntimeErr};

use crate::domain::{Code, Error};

/// Maps sea-orm's error.
pub(super) fn from_orm(error: DbErr) -> Error {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(ref inner))
        | DbErr::Exec(RuntimeErr::SqlxError(ref inner))
        | DbErr::Query(RuntimeErr::SqlxError(ref inner)) => {
            let mapped = map(inner);
            mapped.with_source(error)
        }
        DbErr::ConnectionAcquire(_) => unavailable().with_source(error),
        other => Error::internal(other),
    }
}

/// Maps sqlx's error.
pub(super) fn from_sqlx(error: sqlx::Error) -> Error {
    map(&error).with_source(error)
}

fn unavailable() -> Error {
    Error::new(Code::Unavailable, "the database cannot be reached")
}

/// Others were in the way.
pub(super) fn crowded() -> Error {
    Error::new(Code::Unavailable, "too many changes at once; try again")
}

fn map(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(refusal) => {
            let state = refusal.code().unwrap_or_default();
            // SQLSTATE values: PostgreSQL's manual, appendix A.
            match state.as_ref() {
                "23505" => conflict(refusal.constraint().unwrap_or_default()),
                "23503" => {
                    Error::new(Code::Conflict, "something still refers to this, or what it refers to is gone")
                }
                "23514" | "23502" => Error::new(Code::Invalid, "the database's own rules refuse this value"),
                "22003" | "22007" | "22008" => {
                    Error::new(Code::Invalid, "a number or a moment is none that the database can hold")
                }
                "22P05" | "22021" => {
                    Error::invalid("input", "nul", "text must not hold the character U+0000")
                }
                "40001" | "40P01" => crowded().from_contention(),
                "55P03" => crowded(),
                "57014" => Error::new(Code::Timeout, "the database took longer than a statement may"),
                "57P01" | "57P02" | "57P03" | "53300" => unavailable(),
                _ => Error::new(Code::Internal, "something went wrong inside brandgraph"),
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => unavailable(),
        _ => Error::new(Code::Internal, "something went wrong inside brandgraph"),
    }
}

/// Unique constraints by name, each with the argument that must change.
pub(super) fn conflict(constraint: &str) -> Error {
    let (path, what) = match constraint {
        "brand_slug_key" => ("slug", "a brand with this slug exists"),
        "content_type_key_key" => ("key", "the brand has a content type with this key"),
        "entry_slug_key" => ("slug", "an entry of this type and locale has this slug"),
        "entry_translation_key" => ("locale", "this entry has a translation in this locale"),
        "tag_slug_key" => ("slug", "the brand has a tag with this slug"),
        "category_slug_key" => ("slug", "the parent has a category with this slug"),
        "source_name_key" => ("name", "a source with this name exists"),
        "role_name_key" => ("name", "the brand has a role with this name"),
        "member_role_key" => ("role", "they hold this role already"),
        "asset_origin_key" => ("externalId", "the source has an asset with this external id"),
        _ => ("", "something with this value exists"),
    };
    Error::new(Code::Conflict, what).with_details(serde_json::json!({"path": path, "constraint": constraint}))
}
