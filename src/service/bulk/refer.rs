//! Whether references are what the schema allows (`x-reference`), as far as records and the database say.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::{
    claims::Ready,
    destination::{Destination, Rules},
    draft::{DirectReference, DraftReference},
    targets::Targets,
};
use crate::{
    domain::{
        Error, Result, Violation,
        fields::{self, Reference, Schema},
        record::Target,
    },
    service::Unit,
    store,
};

/// Checks the references in whole fields, notes which types each may lead to, and gives the ids that the record itself
/// gives.
pub(super) fn check(
    schema: &Schema,
    rules: &Rules,
    whole: &Value,
    references: &mut [DraftReference],
) -> Result<Vec<DirectReference>> {
    let mut violations = Vec::new();
    for reference in references.iter_mut() {
        let own =
            |field: &&fields::CustomField| matches!(field.path.segments(), [one] if *one == reference.field);
        match schema.fields().iter().find(own).and_then(|field| field.reference.as_ref()) {
            Some(Reference::Entry(keys)) if !keys.is_empty() => reference.types = Some(rules.type_ids(keys)),
            Some(_) => {}
            None => {
                let message = "refers to nothing by the schema of the content type: it has no x-reference";
                violations.push(Violation::new(
                    format!("fields/{}", reference.field),
                    "no_reference",
                    message,
                ));
            }
        }
    }
    if !violations.is_empty() {
        return Err(Error::violated(violations));
    }
    let by_key = |target: &fields::Target<'_>| match target.path.segments() {
        [one] => references.iter().any(|reference| reference.field == *one),
        _ => false,
    };
    let found = schema.references(whole)?;
    let direct = found.into_iter().filter(|target| !by_key(target)).map(|target| DirectReference {
        path: target.path.clone(),
        position: target.position,
        pointer: target.pointer,
        reference: target.reference.clone(),
        id: target.id,
        types: match target.reference {
            Reference::Entry(keys) if !keys.is_empty() => Some(rules.type_ids(keys)),
            Reference::Entry(_) | Reference::Asset => None,
        },
    });
    Ok(direct.collect())
}

/// What is wrong with the references of entries that are ready otherwise, by entry.
pub(super) async fn refused(
    unit: &Unit,
    destination: &Destination,
    rules: &Rules,
    targets: &Targets,
    ready: &[Ready<'_>],
) -> Result<HashMap<Uuid, Vec<Violation>>> {
    let mut refused: HashMap<Uuid, Vec<Violation>> = HashMap::new();
    for one in ready {
        for reference in one.entry.references.iter().filter(|reference| reference.to == Target::Entry) {
            let Some(types) = &reference.types else { continue };
            for (position, target) in reference.targets.iter().enumerate() {
                let found = targets.nearest(rules, *target, one.entry.locale.as_str());
                if found.is_some_and(|found| !types.contains(&found.content_type_id)) {
                    let at = format!("fields/{}", reference.field);
                    let at = if reference.many { format!("{at}/{position}") } else { at };
                    let message = "leads to an entry of a type that is not allowed here";
                    refused.entry(one.entry.id).or_default().push(Violation::new(
                        at,
                        "reference_type",
                        message,
                    ));
                }
            }
        }
    }
    for one in ready.iter().filter(|one| one.entry.own) {
        for direct in &one.entry.direct {
            let Some((types, found)) = direct.types.as_ref().zip(targets.type_of(direct.id)) else {
                continue;
            };
            if !types.contains(&found) {
                let message = "leads to an entry of a type that is not allowed here";
                let at = format!("fields{}", direct.pointer);
                refused.entry(one.entry.id).or_default().push(Violation::new(at, "reference_type", message));
            }
        }
    }
    // What names its ids itself may come before what they lead to.
    let direct: Vec<(Uuid, Vec<fields::Target<'_>>)> = ready
        .iter()
        .filter(|one| !one.entry.own && !one.entry.direct.is_empty())
        .map(|one| (one.entry.id, one.entry.direct.iter().map(target).collect()))
        .collect();
    if !direct.is_empty() {
        let grant = &destination.entries;
        for (entry, violation) in
            store::reference::check(unit.tx(), grant, destination.brand, &direct).await?
        {
            refused.entry(entry).or_default().push(violation);
        }
    }
    Ok(refused)
}

fn target(direct: &DirectReference) -> fields::Target<'_> {
    fields::Target {
        path: &direct.path,
        position: direct.position,
        pointer: direct.pointer.clone(),
        reference: &direct.reference,
        id: direct.id,
    }
}
