//! Checks every entry of a type against another schema, a page at a time, so that memory stays bounded.

use crate::{
    domain::{
        Result, Violation,
        access::Grant,
        content_type::{FitReport, MAX_STRANDED_SHOWN, MAX_VIOLATIONS_SHOWN, Stranded},
        fields::{FieldPath, Schema},
    },
    service::Unit,
    store::{self, content_type::Row},
};

/// How many entries are read at once: at most 100 × 256 KiB.
const PAGE: u64 = 100;

/// Which entries fit.
pub(super) async fn check(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    before: &Schema,
    schema: &Schema,
) -> Result<FitReport> {
    let mut report = FitReport::default();
    let mut after = None;
    loop {
        let page = store::content_type::page(unit.tx(), grant, row, after, PAGE, false).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for entry in page {
            report.checked += 1;
            let mut violations = schema.validate(&entry.fields);
            if violations.is_empty() {
                violations = lesser(schema, &entry.fields);
            }
            if !violations.is_empty() {
                report.stranded += 1;
                if report.examples.len() < MAX_STRANDED_SHOWN {
                    violations.truncate(MAX_VIOLATIONS_SHOWN);
                    report.examples.push(Stranded { entry_id: entry.id, title: entry.title, violations });
                }
            }
        }
    }
    let unique_before =
        |path: &FieldPath| before.fields().iter().any(|field| field.unique && field.path == *path);
    for field in schema.fields().iter().filter(|field| field.unique && !unique_before(&field.path)) {
        let twice =
            store::content_type::count_duplicates(unit.tx(), grant, row, &field.path, field.kind).await?;
        if twice > 0 {
            report.stranded += twice;
            report.duplicates.push((field.path.to_string(), twice));
        }
    }
    Ok(report)
}

/// What is only asked of fields that fit: ids that are ids, and unique values that can be compared.
fn lesser(schema: &Schema, fields: &serde_json::Value) -> Vec<Violation> {
    let references = schema.references(fields).err();
    let uniques = schema.uniques(fields).err();
    references.into_iter().chain(uniques).flat_map(|error| error.violations().to_vec()).collect()
}
