//! What every change of an entry's custom fields goes through, whoever asks for it.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{Error, Result, Violation, access::Grant, brand::Locales, fields::Schema},
    service::{Services, Unit},
    store::{self, content_type::Row as TypeRow, entry::Row, reference::Missing},
};

/// The compiled schema of a type that was held.
pub(super) async fn schema(services: &Services, row: &TypeRow) -> Result<Arc<Schema>> {
    services.schemas.get(row.id, row.version, &row.schema).await
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

/// What is wrong with a locale: that the brand does not speak it.
pub(super) fn unknown_locale(locales: &Locales, locale: &str) -> Option<Violation> {
    if locales.all().iter().any(|known| known.code.as_str() == locale) {
        return None;
    }
    let known: Vec<&str> = locales.all().iter().map(|known| known.code.as_str()).take(10).collect();
    let message = format!("the brand does not speak {locale}; it speaks {}", known.join(", "));
    Some(Violation::new("locale", "unknown_locale", message))
}

/// Passes where nothing is wrong. What is wrong with a field that the caller does not see is not quoted.
pub(super) fn refuse(mut violations: Vec<Violation>, grant: &Grant, brand: Uuid) -> Result<()> {
    for violation in &mut violations {
        let path = violation.path.strip_prefix("fields");
        let path = path.map(|path| path.trim_start_matches(['.', '/']).replace('/', "."));
        if path.is_some_and(|path| grant.hides_in(brand, &path)) {
            "is wrong, and not yours to see".clone_into(&mut violation.message);
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::violated(violations)) }
}

/// Stores what follows from fields that were checked and stored: unique values, references.
pub(super) async fn follow(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    schema: &Schema,
    missing: Missing,
) -> Result<()> {
    store::unique::claim(unit.tx(), grant, row, &schema.uniques(&row.fields)?).await?;
    let references = [(row.id, schema.references(&row.fields)?)];
    store::reference::replace(unit.tx(), grant, row.brand_id, &references, missing).await
}
