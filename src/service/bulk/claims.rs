//! Sets aside what another entry has already: a slug, or a value that must be unique.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    destination::Destination,
    draft::{Draft, EntryDraft, UniqueValue},
};
use crate::{
    domain::{
        Result, Violation,
        fields::{FieldPath, Kind},
        record::Failure,
        text::Slug,
    },
    service::Unit,
    store::bulk::{self, Claim, SlugClaim},
};

/// Sets aside what would take a slug or a unique value from another entry.
pub(super) async fn unclaimed<'d>(
    unit: &Unit,
    destination: &Destination,
    entries: Vec<(&'d Draft, &'d EntryDraft)>,
    failures: &mut Vec<Failure>,
) -> Result<Vec<Ready<'d>>> {
    let mut faults: HashMap<Uuid, Violation> = HashMap::new();
    unique_values(unit, destination, &entries, &mut faults).await?;
    let mut ready: Vec<Ready<'d>> = entries
        .iter()
        .map(|(draft, entry)| Ready { draft, entry, slug: entry.slug.as_str().to_owned() })
        .collect();
    let mut set_aside = |ready: &mut Vec<Ready<'d>>, faults: &HashMap<Uuid, Violation>| {
        failures.extend(ready.iter().filter_map(|one| Some(one.draft.fault(faults.get(&one.entry.id)?))));
        ready.retain(|one| !faults.contains_key(&one.entry.id));
    };
    set_aside(&mut ready, &faults);
    // Whoever is set aside keeps its slug, which somebody else may count on: so again, until nobody is.
    let mut lengthened: HashSet<Uuid> = HashSet::new();
    loop {
        let (taken, leaving) = taken_slugs(unit, destination, &ready).await?;
        if taken.is_empty() && leaving {
            bulk::give_up_slugs(unit.tx(), destination.brand, &claims_of(&ready)).await?;
        }
        if taken.is_empty() {
            return Ok(ready);
        }
        for one in ready.iter_mut().filter(|one| taken.contains(&one.entry.id)) {
            // A slug that was made here is made longer once; then it has to do.
            if one.entry.slug_made && lengthened.insert(one.entry.id) {
                one.slug = longer(&one.slug, one.entry);
            } else {
                let message = format!("another entry of this type and locale has the slug `{}`", one.slug);
                faults.insert(one.entry.id, Violation::new("slug", "taken", message));
            }
        }
        set_aside(&mut ready, &faults);
    }
}

/// An entry, and the slug it will have.
pub(super) struct Ready<'d> {
    pub(super) draft: &'d Draft,
    pub(super) entry: &'d EntryDraft,
    pub(super) slug: String,
}

/// The same slug on every pull: the end of the entry's own id is added.
fn longer(slug: &str, entry: &EntryDraft) -> String {
    let id = entry.translation_id.simple().to_string();
    let end = id.get(24..).unwrap_or(&id);
    let start: String = slug.chars().take(190).collect();
    let long = format!("{}-{end}", start.trim_end_matches(|c: char| !c.is_alphanumeric()));
    Slug::parse(&long, "slug").map_or(long, Into::into)
}

fn claims_of<'r>(ready: &'r [Ready<'_>]) -> Vec<SlugClaim<'r>> {
    let claim = |one: &'r Ready<'_>| SlugClaim {
        id: one.entry.id,
        content_type_id: one.entry.content_type_id,
        locale: one.entry.locale.as_str(),
        slug: &one.slug,
    };
    ready.iter().map(claim).collect()
}

async fn taken_slugs(
    unit: &Unit,
    destination: &Destination,
    ready: &[Ready<'_>],
) -> Result<(HashSet<Uuid>, bool)> {
    let claims = claims_of(ready);
    let (found, leaving) = bulk::taken_slugs(unit.tx(), destination.brand, &claims).await?;
    let mut taken: HashSet<Uuid> = found.into_iter().collect();
    let mut first = HashSet::new();
    for one in claims {
        if !taken.contains(&one.id) && !first.insert((one.content_type_id, one.locale, one.slug)) {
            taken.insert(one.id);
        }
    }
    Ok((taken, leaving))
}

/// What one field of one type may hold only once: the entries, and what they claim.
type Claims<'d> = HashMap<(Uuid, &'d FieldPath, Kind), Vec<(&'d EntryDraft, &'d UniqueValue)>>;

async fn unique_values(
    unit: &Unit,
    destination: &Destination,
    entries: &[(&Draft, &EntryDraft)],
    faults: &mut HashMap<Uuid, Violation>,
) -> Result<()> {
    let mut fields: Claims<'_> = HashMap::new();
    let mut keys = Vec::new();
    for (_, entry) in entries {
        for unique in &entry.uniques {
            keys.push(unique.lock_key.clone());
            let field = (entry.content_type_id, &unique.path, unique.kind);
            fields.entry(field).or_default().push((entry, unique));
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    bulk::lock_values(unit.tx(), keys).await?;
    for ((content_type, path, kind), claimed) in fields {
        let mut first: HashMap<&str, Uuid> = HashMap::new();
        let (mut owners, mut claims) = (Vec::new(), Vec::new());
        for (entry, unique) in claimed {
            let translation_id = entry.translation_id;
            if *first.entry(&unique.lock_key).or_insert(translation_id) != translation_id {
                faults.insert(entry.id, not_unique(path, "an entry of the same page"));
                continue;
            }
            owners.push(entry.id);
            claims.push(Claim { translation_id, value: unique.text.clone() });
        }
        let taken =
            bulk::taken_values(unit.tx(), destination.brand, content_type, (path, kind), &claims).await?;
        for owner in taken.into_iter().filter_map(|(place, _)| owners.get(place)) {
            faults.insert(*owner, not_unique(path, "another entry"));
        }
    }
    Ok(())
}

fn not_unique(path: &FieldPath, owner: &str) -> Violation {
    let at = format!("fields{}", path.pointer());
    Violation::new(at, "unique", format!("{owner} of this type has this value, which must be unique"))
}
