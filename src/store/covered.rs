//! Whether an entry that was found, or what becomes of it, is within a grant whose roles are restricted.

use std::collections::{
    HashMap,
    hash_map::Entry::{Occupied, Vacant},
};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Tx,
    entity::{
        content_type,
        entry::{self, Model as Row},
        entry_version::Model as VersionRow,
    },
    entry::Then,
    error::from_orm,
};
use crate::domain::{
    Error, Result,
    access::{Facts, Grant, Hidden, restore},
};

/// Passes where the entry is within the grant. A grant without restrictions costs nothing.
///
/// # Errors
/// `NOT_FOUND` where the caller does not see the entry, `FORBIDDEN` where it sees no more than that.
pub async fn entry(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    if grant.unrestricted_in(row.brand_id) {
        return Ok(());
    }
    let key = type_key(tx, row.content_type_id).await?;
    grant.covers_entry(row.brand_id, &facts(row, &key))
}

/// Passes where the change is within the grant: what the entry was, what it is now, and what differs.
///
/// # Errors
/// As [`entry`]; `FORBIDDEN` naming a field that is not to be written.
pub(super) async fn change(tx: &Tx, grant: &Grant, before: Option<&Row>, after: &Row) -> Result<()> {
    if grant.unrestricted_in(after.brand_id) {
        return Ok(());
    }
    let key = type_key(tx, after.content_type_id).await?;
    let before = before.map(|row| facts(row, &key));
    grant.covers_change(after.brand_id, before.as_ref(), &facts(after, &key))
}

/// Passes where the caller sees what a command names, be it by its own name or inside of custom fields; an answer to anything
/// else would tell what the entry holds.
///
/// # Errors
/// As [`entry`]; `FORBIDDEN` naming the field.
pub async fn naming(tx: &Tx, grant: &Grant, row: &Row, names: &[&str], fields: Option<&Value>) -> Result<()> {
    if grant.unrestricted_in(row.brand_id) {
        return Ok(());
    }
    let key = type_key(tx, row.content_type_id).await?;
    grant.covers_naming(row.brand_id, &facts(row, &key), names, fields)
}

/// Passes where the caller may change links of an entry, by their GraphQL name.
///
/// # Errors
/// `FORBIDDEN` naming them.
pub(super) async fn links(tx: &Tx, grant: &Grant, row: &Row, name: &str) -> Result<()> {
    if grant.unrestricted_in(row.brand_id) {
        return Ok(());
    }
    let key = type_key(tx, row.content_type_id).await?;
    grant.covers_links(row.brand_id, &facts(row, &key), name)
}

/// Fields that are to replace those of the entry, with what the caller does not see left as it is.
///
/// # Errors
/// As the database refuses.
pub async fn keeping(tx: &Tx, grant: &Grant, row: &Row, fields: Value) -> Result<Value> {
    if grant.unrestricted_in(row.brand_id) {
        return Ok(fields);
    }
    let key = type_key(tx, row.content_type_id).await?;
    Ok(kept(grant, row, &key, fields))
}

/// The same where the key of the entry's type is known.
#[must_use]
pub fn kept(grant: &Grant, row: &Row, type_key: &str, mut fields: Value) -> Value {
    if grant.unrestricted_in(row.brand_id) {
        return fields;
    }
    let facts = facts(row, type_key);
    if grant.sees_no_fields_of(row.brand_id, &facts) {
        return row.fields.clone();
    }
    for path in grant.unseen_of(row.brand_id, &facts) {
        restore(&mut fields, &row.fields, path.segments());
    }
    fields
}

/// Whether the caller sees what has that GraphQL name.
///
/// # Errors
/// As the database refuses.
pub async fn shows(tx: &Tx, grant: &Grant, row: &Row, name: &str) -> Result<bool> {
    if grant.unrestricted_in(row.brand_id) {
        return Ok(true);
    }
    let key = type_key(tx, row.content_type_id).await?;
    Ok(grant.shows_named(row.brand_id, &facts(row, &key), name))
}

/// Of what an entry was, what the caller sees; nothing where they do not see that version. Fields that they do not see are as
/// they are now. Who may write everything may yet see only what is public.
pub(super) async fn version(tx: &Tx, grant: &Grant, row: &Row, then: VersionRow) -> Result<Option<Then>> {
    let key = type_key(tx, row.content_type_id).await?;
    let now = facts(row, &key);
    let was = Facts {
        status: &then.status,
        slug: &then.slug,
        title: &then.title,
        scheduled_at: None,
        fields: &then.fields,
        ..now
    };
    let hidden: Vec<&Hidden> = grant.shows_version(row.brand_id, &now, &was).collect();
    if hidden.is_empty() {
        return Ok(None);
    }
    let shown = |name: &str| hidden.iter().any(|one| !one.named(name));
    let mut fields = then.fields.clone();
    if shown("fields") {
        for path in hidden.iter().flat_map(|one| &one.paths) {
            if !shown(&format!("fields.{path}")) {
                restore(&mut fields, &row.fields, path.segments());
            }
        }
    } else {
        fields = row.fields.clone();
    }
    Ok(Some(Then {
        slug: shown("slug").then_some(then.slug),
        title: shown("title").then_some(then.title),
        fields,
        tags: shown("tags").then_some(then.tags),
        categories: shown("categories").then_some(then.categories),
    }))
}

/// Those of the entries that are there, and that the caller does not see.
pub(super) async fn unseen(tx: &Tx, grant: &Grant, brand: Uuid, ids: Vec<Uuid>) -> Result<Vec<Uuid>> {
    if grant.unrestricted_in(brand) || ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = entry::Entity::find()
        .filter(entry::Column::Id.is_in(ids))
        .filter(entry::Column::BrandId.eq(brand))
        .all(tx.connection())
        .await
        .map_err(from_orm)?;
    let mut keys: HashMap<Uuid, String> = HashMap::new();
    let mut unseen = Vec::new();
    for row in rows {
        let key = match keys.entry(row.content_type_id) {
            Occupied(known) => known.into_mut(),
            Vacant(place) => place.insert(type_key(tx, row.content_type_id).await?),
        };
        if !grant.sees(brand, &facts(&row, key)) {
            unseen.push(row.id);
        }
    }
    Ok(unseen)
}

async fn type_key(tx: &Tx, id: Uuid) -> Result<String> {
    content_type::Entity::find_by_id(id)
        .select_only()
        .column(content_type::Column::Key)
        .into_tuple()
        .one(tx.connection())
        .await
        .map_err(from_orm)?
        .ok_or_else(|| Error::internal("an entry has no type"))
}

/// What restrictions look at, of an entry of that type.
#[must_use]
pub fn facts<'a>(row: &'a Row, type_key: &'a str) -> Facts<'a> {
    Facts {
        type_key,
        locale: &row.locale,
        status: &row.status,
        slug: &row.slug,
        title: &row.title,
        scheduled_at: row.scheduled_at,
        external_id: row.external_id.as_deref(),
        fields: &row.fields,
    }
}
