//! Checks every entry of a type against another schema, a page at a time, so that memory stays bounded.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{
        Result, Violation,
        access::Grant,
        content_type::{FitReport, MAX_STRANDED_SHOWN, MAX_VIOLATIONS_SHOWN, Stranded},
        fields::{CustomField, Schema, Target},
    },
    service::{Unit, schemas::aside},
    store::{
        self,
        content_type::{Content, Row},
    },
};

/// How many entries are read at once: at most 100 × 256 KiB.
const PAGE: u64 = 100;

/// Which entries fit: their values, what their values newly refer to, and values that are newly to be unique.
pub(super) async fn check(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    before: &Schema,
    schema: &Arc<Schema>,
) -> Result<FitReport> {
    let mut report = FitReport::default();
    let mut after = None;
    loop {
        let page = Arc::new(store::content_type::page(unit.tx(), grant, row, after, PAGE, false).await?);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let found = wrong(unit, grant, row, before, schema, &page).await?;
        for (entry, violations) in page.iter().zip(found) {
            report.checked += 1;
            if !violations.is_empty() {
                report.stranded += 1;
                show(&mut report, entry.id, &entry.title, violations);
            }
        }
    }
    let unique_before = |field: &CustomField| {
        before.fields().iter().any(|b| b.unique && (&b.path, b.kind) == (&field.path, field.kind))
    };
    for field in schema.fields().iter().filter(|field| field.unique && !unique_before(field)) {
        let place = (&field.path, field.kind);
        let shared =
            store::content_type::duplicates(unit.tx(), grant, row, place, MAX_STRANDED_SHOWN).await?;
        if shared.entries > 0 {
            report.stranded += shared.entries;
            report.duplicates.push((field.path.to_string(), shared.entries));
            let at = format!("fields{}", field.path.pointer());
            for (id, title) in shared.first {
                let violation =
                    Violation::new(at.clone(), "not_unique", "another entry of this type has this value");
                show(&mut report, id, &title, vec![violation]);
            }
        }
    }
    Ok(report)
}

/// What is wrong with each entry of a page. References that the type had before were checked when they were made.
async fn wrong(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    before: &Schema,
    schema: &Arc<Schema>,
    page: &Arc<Vec<Content>>,
) -> Result<Vec<Vec<Violation>>> {
    let known = |target: &Target<'_>| {
        before
            .fields()
            .iter()
            .any(|b| b.path == *target.path && b.reference.as_ref() == Some(target.reference))
    };
    // A page can be 25 MB of JSON: that is checked beside the threads that answer requests.
    let mut found = aside({
        let (schema, page) = (Arc::clone(schema), Arc::clone(page));
        move || page.iter().map(|entry| violations(&schema, &entry.fields)).collect::<Vec<_>>()
    })
    .await?;
    let mut references = Vec::new();
    for (entry, _) in page.iter().zip(&found).filter(|(_, violations)| violations.is_empty()) {
        let mut targets = schema.references(&entry.fields)?;
        targets.retain(|target| !known(target));
        references.push((entry.id, targets));
    }
    for (id, violation) in store::reference::check(unit.tx(), grant, row.brand_id, &references).await? {
        if let Some((_, violations)) = page.iter().zip(&mut found).find(|(entry, _)| entry.id == id) {
            violations.push(violation);
        }
    }
    Ok(found)
}

/// Shows an entry, where there is room, with what is wrong beside what is known to be.
fn show(report: &mut FitReport, entry_id: Uuid, title: &str, mut violations: Vec<Violation>) {
    if let Some(shown) = report.examples.iter_mut().find(|shown| shown.entry_id == entry_id) {
        shown.violations.append(&mut violations);
        shown.violations.truncate(MAX_VIOLATIONS_SHOWN);
    } else if report.examples.len() < MAX_STRANDED_SHOWN {
        violations.truncate(MAX_VIOLATIONS_SHOWN);
        report.examples.push(Stranded { entry_id, title: title.to_owned(), violations });
    }
}

/// What is wrong with an entry's fields as far as the schema can tell.
fn violations(schema: &Schema, fields: &Value) -> Vec<Violation> {
    let found = schema.validate(fields);
    if found.is_empty() { lesser(schema, fields) } else { found }
}

/// What is only asked of fields that fit: ids that are ids, and unique values that can be compared.
fn lesser(schema: &Schema, fields: &Value) -> Vec<Violation> {
    let references = schema.references(fields).err();
    let uniques = schema.uniques(fields).err();
    references.into_iter().chain(uniques).flat_map(|error| error.violations().to_vec()).collect()
}
