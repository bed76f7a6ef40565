//! Writes one batch in one unit, in a fixed number of statements.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Outcome,
    destination::Destination,
    draft::{Body, Draft, EntryDraft},
    prepare::value_of,
    terms,
};
use crate::{
    domain::{
        Result, Violation,
        event::Event,
        node,
        record::{Failure, Target},
        text::Slug,
    },
    service::{Caller, Services, Unit},
    store::{
        bulk::{self, Claim, PendingRow, SlugClaim},
        event::Author,
        import::{self, AssetRow, EntryRow, LinkRow, ReferenceRow},
    },
};

/// Writes the drafts, or nothing of them.
///
/// # Errors
/// As the database refuses; then nothing of this batch has happened.
pub(super) async fn once(
    services: &Services,
    caller: &Caller,
    destination: &Destination,
    drafts: &[Draft],
) -> Result<Outcome> {
    let mut unit = Unit::begin(services, caller).await?;
    let mut outcome = Outcome::default();
    let assets = assets(&mut unit, destination, drafts, &mut outcome).await?;
    let entries: Vec<(&Draft, &EntryDraft)> = drafts
        .iter()
        .filter_map(|draft| match &draft.body {
            Body::Entry(entry) => Some((draft, entry.as_ref())),
            Body::Asset(_) => None,
        })
        .collect();
    let entries = unclaimed(&unit, destination, entries, &mut outcome.failures).await?;
    if !entries.is_empty() || !assets.is_empty() {
        write_entries(&mut unit, caller, destination, &entries, assets, &mut outcome).await?;
    }
    unit.commit().await?;
    Ok(outcome)
}

async fn assets(
    unit: &mut Unit,
    destination: &Destination,
    drafts: &[Draft],
    outcome: &mut Outcome,
) -> Result<Vec<Uuid>> {
    let now = unit.now();
    let or_now = |at: DateTime<Utc>| if at == DateTime::UNIX_EPOCH { now } else { at };
    let mut rows: Vec<AssetRow> = drafts
        .iter()
        .filter_map(|draft| match &draft.body {
            Body::Asset(row) => Some(AssetRow {
                created_at: or_now(row.created_at),
                updated_at: or_now(row.updated_at),
                ..row.as_ref().clone()
            }),
            Body::Entry(_) => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // Two batches that meet lock their rows in the same order.
    rows.sort_unstable_by_key(|row| row.id);
    let (brand, source) = (destination.brand, destination.source);
    let written = import::write_assets(unit.tx(), &destination.assets, brand, source, &rows).await?;
    outcome.created += written.tally.created;
    outcome.updated += written.tally.updated;
    outcome.unchanged += written.tally.unchanged;
    for (changed, created) in written.changed {
        let kind = if created { "asset.created" } else { "asset.updated" };
        unit.record(Event::of(kind, brand, changed));
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Sets aside what would take a slug or a unique value from another entry.
async fn unclaimed<'d>(
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
    // A slug that was made here is made longer once; then it has to do.
    for last in [false, true] {
        let taken = taken_slugs(unit, destination, &ready).await?;
        for one in ready.iter_mut().filter(|one| taken.contains(&one.entry.id)) {
            if one.entry.slug_made && !last {
                one.slug = longer(&one.slug, one.entry);
            } else {
                let message = format!("another entry of this type and locale has the slug `{}`", one.slug);
                faults.insert(one.entry.id, Violation::new("slug", "taken", message));
            }
        }
    }
    failures.extend(ready.iter().filter_map(|one| Some(one.draft.fault(faults.get(&one.entry.id)?))));
    ready.retain(|one| !faults.contains_key(&one.entry.id));
    Ok(ready)
}

/// An entry, and the slug it will have.
struct Ready<'d> {
    draft: &'d Draft,
    entry: &'d EntryDraft,
    slug: String,
}

/// The same slug on every pull: the end of the entry's own id is added.
fn longer(slug: &str, entry: &EntryDraft) -> String {
    let id = entry.translation_id.simple().to_string();
    let end = id.get(24..).unwrap_or(&id);
    let start: String = slug.chars().take(190).collect();
    let long = format!("{}-{end}", start.trim_end_matches(|c: char| !c.is_alphanumeric()));
    Slug::parse(&long, "slug").map_or(long, Into::into)
}

async fn taken_slugs(unit: &Unit, destination: &Destination, ready: &[Ready<'_>]) -> Result<HashSet<Uuid>> {
    let claims: Vec<SlugClaim<'_>> = ready
        .iter()
        .map(|one| SlugClaim {
            id: one.entry.id,
            content_type_id: one.entry.content_type_id,
            locale: one.entry.locale.as_str(),
            slug: &one.slug,
        })
        .collect();
    let found = bulk::taken_slugs(unit.tx(), destination.brand, &claims).await?;
    let mut taken: HashSet<Uuid> = found.into_iter().collect();
    let mut first = HashSet::new();
    for one in claims {
        if !taken.contains(&one.id) && !first.insert((one.content_type_id, one.locale, one.slug)) {
            taken.insert(one.id);
        }
    }
    Ok(taken)
}

async fn unique_values(
    unit: &Unit,
    destination: &Destination,
    entries: &[(&Draft, &EntryDraft)],
    faults: &mut HashMap<Uuid, Violation>,
) -> Result<()> {
    let mut types: HashMap<Uuid, Vec<&EntryDraft>> = HashMap::new();
    for (_, entry) in entries {
        types.entry(entry.content_type_id).or_default().push(entry);
    }
    for (content_type, entries) in types {
        let Some(schema) = entries.first().map(|entry| &entry.schema) else { continue };
        for field in schema.fields().iter().filter(|field| field.unique) {
            let (mut owners, mut claims) = (Vec::new(), Vec::new());
            let mut first: HashMap<String, Uuid> = HashMap::new();
            for entry in &entries {
                let Some(value) = entry.value(&field.path) else { continue };
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if *first.entry(value.clone()).or_insert(entry.translation_id) != entry.translation_id {
                    faults.insert(entry.id, not_unique(field, "an entry of the same page"));
                    continue;
                }
                owners.push(entry.id);
                claims.push(Claim { translation_id: entry.translation_id, value });
            }
            if claims.is_empty() {
                continue;
            }
            let field_and_kind = (&field.path, field.kind);
            let taken =
                bulk::taken_values(unit.tx(), destination.brand, content_type, field_and_kind, &claims)
                    .await?;
            for owner in taken.into_iter().filter_map(|place| owners.get(place)) {
                faults.insert(*owner, not_unique(field, "another entry"));
            }
        }
    }
    Ok(())
}

fn not_unique(field: &crate::domain::fields::CustomField, owner: &str) -> Violation {
    let at = format!("fields{}", field.path.pointer());
    Violation::new(at, "unique", format!("{owner} of this type has this value, which must be unique"))
}

async fn write_entries(
    unit: &mut Unit,
    caller: &Caller,
    destination: &Destination,
    ready: &[Ready<'_>],
    assets: Vec<Uuid>,
    outcome: &mut Outcome,
) -> Result<()> {
    let (brand, source) = (destination.brand, destination.source);
    let drafts: Vec<&EntryDraft> = ready.iter().map(|one| one.entry).collect();
    let terms = terms::ensure(unit, destination, &drafts).await?;
    let targets = Targets::find(unit, destination, &drafts).await?;
    let published = published(unit, &drafts).await?;
    let actor = unit.actor().label();
    let author = Author { actor: &actor, request_id: caller.request_id.as_deref() };
    let now = unit.now();

    let (mut rows, mut references, mut pending) = (Vec::with_capacity(ready.len()), Vec::new(), Vec::new());
    let (mut tags, mut categories) = (Vec::new(), Vec::new());
    for one in ready {
        let entry = one.entry;
        let fields = targets.resolve(destination, entry, &mut references, &mut pending);
        let row = row(one, fields, terms.tags(entry), terms.categories(entry), &published, now);
        tags.extend(row.tags.iter().map(|tag| LinkRow { entry_id: entry.id, term_id: *tag }));
        categories.extend(row.categories.iter().map(|term| LinkRow { entry_id: entry.id, term_id: *term }));
        rows.push(row);
    }
    rows.sort_unstable_by_key(|row| row.id);
    let tx = unit.tx();
    let grant = &destination.entries;
    let mut events = Vec::new();
    if !rows.is_empty() {
        let written = import::upsert_entries(tx, grant, brand, source, &rows, author, now).await?;
        import::replace_links(tx, grant, brand, &written.known, &tags, &categories).await?;
        import::replace_references(tx, grant, brand, &written.known, &references).await?;
        bulk::replace_pending(tx, rows.iter().map(|row| row.id).collect(), &pending).await?;
        outcome.created += written.tally.created;
        outcome.updated += written.tally.updated;
        outcome.unchanged += written.tally.unchanged;
        outcome.waiting += pending.len() as u64;
        for (changed, created) in written.changed {
            let kind = if created { "entry.created" } else { "entry.updated" };
            events.push(Event::of(kind, brand, changed));
        }
    }
    let arrived = drafts.iter().map(|entry| entry.translation_id).collect();
    let settled = bulk::settle(tx, brand, arrived, assets, &actor, now).await?;
    outcome.settled += settled.len() as u64;
    events.extend(settled.into_iter().map(|changed| Event::of("entry.updated", brand, changed)));
    events.into_iter().for_each(|event| unit.record(event));
    Ok(())
}

fn row(
    ready: &Ready<'_>,
    fields: Value,
    tags: Vec<Uuid>,
    categories: Vec<Uuid>,
    published: &HashMap<Uuid, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> EntryRow {
    let entry = ready.entry;
    let created_at = entry.created_at.or(entry.published_at).unwrap_or(now);
    let was_published = || published.get(&entry.id).copied();
    let published_at = entry.published_at.or_else(was_published);
    EntryRow {
        id: entry.id,
        translation_id: entry.translation_id,
        content_type_id: entry.content_type_id,
        slug: ready.slug.clone(),
        locale: entry.locale.as_str().to_owned(),
        title: entry.title.clone(),
        status: entry.status,
        fields: fields.to_string(),
        search_text: entry.search_text.clone(),
        external_id: entry.external_id.clone(),
        published_at: if entry.status == "published" {
            published_at.or(Some(created_at))
        } else {
            published_at
        },
        scheduled_at: entry.scheduled_at,
        created_at,
        updated_at: entry.updated_at.unwrap_or(if entry.created_at.is_some() { created_at } else { now }),
        tags,
        categories,
    }
}

/// When those entries were published for which the record does not say it.
async fn published(unit: &Unit, entries: &[&EntryDraft]) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    let silent = entries.iter().filter(|entry| entry.published_at.is_none()).map(|entry| entry.id);
    let silent: Vec<Uuid> = silent.collect();
    if silent.is_empty() {
        return Ok(HashMap::new());
    }
    let found = bulk::load_published(unit.tx(), silent).await?;
    Ok(found.into_iter().map(|row| (row.id, row.published_at)).collect())
}

/// What the entries of a batch refer to, as far as it is there: in the database, or in the batch itself.
struct Targets {
    entries: HashMap<Uuid, Vec<(String, Uuid)>>,
    assets: HashSet<Uuid>,
}

impl Targets {
    async fn find(unit: &Unit, _: &Destination, entries: &[&EntryDraft]) -> Result<Self> {
        let wanted = |to: Target| -> Vec<Uuid> {
            let references = entries.iter().flat_map(|entry| &entry.references);
            let ids: HashSet<Uuid> =
                references.filter(|one| one.to == to).flat_map(|one| one.targets.iter().copied()).collect();
            ids.into_iter().collect()
        };
        let mut found = Self { entries: HashMap::new(), assets: HashSet::new() };
        let (translations, assets) = (wanted(Target::Entry), wanted(Target::Asset));
        if !assets.is_empty() {
            found.assets = bulk::known_assets(unit.tx(), assets).await?.into_iter().collect();
        }
        if !translations.is_empty() {
            for known in bulk::known_entries(unit.tx(), translations).await? {
                found.entries.entry(known.translation_id).or_default().push((known.locale, known.id));
            }
            for entry in entries {
                let known = found.entries.entry(entry.translation_id).or_default();
                if !known.iter().any(|(_, id)| *id == entry.id) {
                    known.push((entry.locale.as_str().to_owned(), entry.id));
                }
            }
        }
        Ok(found)
    }

    /// The entry's fields with its references in them; what is not there yet waits.
    fn resolve<'d>(
        &self,
        destination: &Destination,
        entry: &'d EntryDraft,
        references: &mut Vec<ReferenceRow>,
        pending: &mut Vec<PendingRow<'d>>,
    ) -> Value {
        let mut fields = entry.fields.clone();
        for reference in &entry.references {
            let mut here = Vec::with_capacity(reference.targets.len());
            for (position, target) in (0_i32..).zip(&reference.targets) {
                let found = match reference.to {
                    Target::Asset => self.assets.get(target).copied(),
                    Target::Entry => self.nearest(destination, *target, entry.locale.as_str()),
                };
                let asset = reference.to == Target::Asset;
                if let Some(target_id) = found {
                    here.push(target_id);
                    let field = reference.field.clone();
                    references.push(ReferenceRow { entry_id: entry.id, field, position, target_id, asset });
                } else {
                    pending.push(PendingRow {
                        entry_id: entry.id,
                        field: &reference.field,
                        position,
                        many: reference.many,
                        target_translation_id: Some(*target).filter(|_| !asset),
                        target_asset_id: Some(*target).filter(|_| asset),
                    });
                }
            }
            let kind = match reference.to {
                Target::Entry => node::Kind::Entry,
                Target::Asset => node::Kind::Asset,
            };
            if let Some(value) = value_of(kind, reference.many, &here) {
                fields.insert(reference.field.clone(), value);
            }
        }
        Value::Object(fields)
    }

    fn nearest(&self, destination: &Destination, translation: Uuid, locale: &str) -> Option<Uuid> {
        let known = self.entries.get(&translation)?.iter();
        let best = known.min_by_key(|(code, _)| (destination.distance(locale, code), code.as_str()));
        best.map(|(_, id)| *id)
    }
}
