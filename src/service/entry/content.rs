//! What every change of an entry's custom fields goes through, whoever asks for it.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    domain::{Error, Result, Violation, access::Grant, fields::Schema},
    service::{Services, Unit},
    store::{self, content_type::Row as TypeRow, entry::Row, reference::Missing},
};

/// The compiled schema of a type that was held.
pub(super) fn schema(services: &Services, row: &TypeRow) -> Result<Arc<Schema>> {
    services.schemas.get(row.id, row.version, &row.schema)
}

/// Everything that is wrong with fields as far as the schema can tell.
pub(super) fn violations(schema: &Schema, fields: &Value) -> Vec<Violation> {
    let mut found = schema.validate(fields);
    let unbounded = found.iter().any(|violation| violation.path == "fields");
    if !unbounded {
        for error in [schema.references(fields).err(), schema.uniques(fields).err()].into_iter().flatten() {
            found.extend(error.violations().iter().cloned());
        }
    }
    found
}

/// Passes where nothing is wrong.
pub(super) fn refuse(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(Error::violated(violations)) }
}

/// Stores what follows from fields that were checked and stored: unique values, references.
pub(super) async fn follow(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    schema: &Schema,
    fields: &Value,
) -> Result<()> {
    store::unique::claim(unit.tx(), grant, row, &schema.uniques(fields)?).await?;
    let references = [(row.id, schema.references(fields)?)];
    store::reference::replace(unit.tx(), grant, row.brand_id, &references, Missing::Refused).await
}
