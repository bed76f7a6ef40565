//! What a rule of access looks at: the brand of a node, and of an entry what roles are restricted by.

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::{
    Db,
    entity::{content_type, entry},
    error::from_orm,
    sql,
};
use crate::domain::{Result, access::Facts, node::Kind};

/// An entry, and the key of its type.
#[derive(Debug, Clone)]
pub struct Found {
    row: entry::Model,
    type_key: String,
}

impl Found {
    /// What of it decides.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        super::covered::facts(&self.row, &self.type_key)
    }
}

/// The brand of a node that is there and not deleted, for a look that shows nothing else of it.
///
/// # Errors
/// As the database refuses.
pub async fn brand_of(db: &Db, kind: Kind, id: Uuid) -> Result<Option<Uuid>> {
    let from = match kind {
        Kind::Brand => "select id as brand from brand where id = $1",
        Kind::ContentType => "select brand_id as brand from content_type where id = $1",
        Kind::Entry => "select brand_id as brand from entry where id = $1 and deleted_at is null",
        Kind::Tag => "select brand_id as brand from tag where id = $1",
        Kind::Category => "select brand_id as brand from category where id = $1",
        Kind::Asset => "select brand_id as brand from asset where id = $1 and deleted_at is null",
        Kind::Source => "select brand_id as brand from source where id = $1",
        Kind::SyncRun => {
            "select s.brand_id as brand from sync_run r join source s on s.id = r.source_id where r.id = $1"
        }
        Kind::Role => "select brand_id as brand from role where id = $1",
        Kind::Member => "select brand_id as brand from member where id = $1",
        Kind::AuditRecord | Kind::ApiKey | Kind::Application => return Ok(None),
    };
    let text =
        format!("select brand from ({from}) f join brand b on b.id = f.brand and b.deleted_at is null");
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, [id.into()]);
    let row = db.orm().query_one_raw(statement).await.map_err(from_orm)?;
    row.map(|row| sql::get(&row, "brand")).transpose()
}

/// An entry that is there and not deleted.
///
/// # Errors
/// As the database refuses.
pub async fn entry(db: &Db, id: Uuid) -> Result<Option<Found>> {
    let found = entry::Entity::find_by_id(id)
        .filter(entry::Column::DeletedAt.is_null())
        .one(db.orm())
        .await
        .map_err(from_orm)?;
    let Some(row) = found else { return Ok(None) };
    let kind = content_type::Entity::find_by_id(row.content_type_id).one(db.orm()).await.map_err(from_orm)?;
    Ok(kind.map(|kind| Found { row, type_key: kind.key }))
}
