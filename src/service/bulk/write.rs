//! Writes one batch in one unit, in a fixed number of statements.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use super::{
    Outcome,
    claims::{Ready, unclaimed},
    destination::Destination,
    draft::{Body, Draft, EntryDraft},
    flying::Late,
    flying::lately,
    targets::Targets,
    terms,
};
use crate::{
    domain::{Result, event::Event},
    queue::NewJob,
    service::{Caller, Services, Unit, entry::publication},
    store::{
        bulk::{self, AssetRow, EntryRow, LinkRow},
        event::Author,
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
    let flight = destination.flying.announce(drafts);
    let mut unit = Unit::begin(services, caller).await?;
    let mut outcome = Outcome::default();
    let mut late = Vec::new();
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
        late = write_entries(&mut unit, caller, destination, &entries, assets, &mut outcome).await?;
    }
    unit.commit().await?;
    destination.flying.delay(late);
    drop(flight);
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
    let written = bulk::write_assets(unit.tx(), &destination.assets, brand, source, &rows).await?;
    outcome.created += written.tally.created;
    outcome.updated += written.tally.updated;
    outcome.unchanged += written.tally.unchanged;
    for (changed, created) in written.changed {
        let kind = if created { "asset.created" } else { "asset.updated" };
        unit.record(Event::of(kind, brand, changed));
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn write_entries(
    unit: &mut Unit,
    caller: &Caller,
    destination: &Destination,
    ready: &[Ready<'_>],
    assets: Vec<Uuid>,
    outcome: &mut Outcome,
) -> Result<Vec<Late>> {
    let (brand, source) = (destination.brand, destination.source);
    let drafts: Vec<&EntryDraft> = ready.iter().map(|one| one.entry).collect();
    let terms = terms::ensure(unit, destination, &drafts).await?;
    let targets = Targets::find(unit, &destination.flying, &drafts).await?;
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
    let (mut events, mut jobs, mut late) = (Vec::new(), Vec::new(), Vec::new());
    if !rows.is_empty() {
        let written = bulk::upsert_entries(tx, grant, brand, source, &rows, author, now).await?;
        let differed = bulk::replace_links(tx, grant, brand, &written.known, &tags, &categories).await?;
        let missing = bulk::replace_references(tx, grant, brand, &written.known, &references).await?;
        late = lately(&drafts, references, missing);
        bulk::replace_pending(tx, rows.iter().map(|row| row.id).collect(), &pending).await?;
        let told: HashSet<Uuid> = written.changed.iter().map(|(changed, _)| changed.id).collect();
        let linked = bulk::raise(tx, differed.difference(&told).copied().collect(), &actor, now).await?;
        outcome.created += written.tally.created;
        outcome.updated += written.tally.updated + linked.len() as u64;
        outcome.unchanged += written.tally.unchanged.saturating_sub(linked.len() as u64);
        outcome.waiting += pending.len() as u64;
        events.extend(linked.into_iter().map(|changed| Event::of("entry.updated", brand, changed)));
        for (changed, created) in written.changed {
            let kind = if created { "entry.created" } else { "entry.updated" };
            events.push(Event::of(kind, brand, changed));
        }
        jobs.extend(rows.iter().filter(|row| told.contains(&row.id)).filter_map(due));
    }
    let arrived = drafts.iter().map(|entry| entry.translation_id).collect();
    let settled = bulk::settle(tx, brand, arrived, assets, &actor, now).await?;
    outcome.settled += settled.len() as u64;
    events.extend(settled.into_iter().map(|changed| Event::of("entry.updated", brand, changed)));
    events.into_iter().for_each(|event| unit.record(event));
    jobs.into_iter().for_each(|job| unit.enqueue(job));
    Ok(late)
}

fn row(
    ready: &Ready<'_>,
    fields: String,
    tags: Vec<Uuid>,
    categories: Vec<Uuid>,
    published: &HashMap<Uuid, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> EntryRow {
    let entry = ready.entry;
    let created_at = entry.created_at.or(entry.published_at).unwrap_or(now);
    let was_published = || published.get(&entry.id).copied();
    let mut published_at = entry.published_at.or_else(was_published);
    let (mut status, mut scheduled_at) = (entry.status, entry.scheduled_at.map(|at| at.trunc_subsecs(6)));
    // A platform may go on calling scheduled what is public since.
    if let Some(at) = scheduled_at.filter(|at| *at <= now) {
        (status, scheduled_at, published_at) = ("published", None, Some(at));
    }
    EntryRow {
        id: entry.id,
        translation_id: entry.translation_id,
        content_type_id: entry.content_type_id,
        slug: ready.slug.clone(),
        locale: entry.locale.as_str().to_owned(),
        title: entry.title.clone(),
        status,
        fields,
        search_text: entry.search_text.clone(),
        external_id: entry.external_id.clone(),
        published_at: if status == "published" { published_at.or(Some(created_at)) } else { published_at },
        scheduled_at,
        created_at,
        updated_at: entry.updated_at.unwrap_or(if entry.created_at.is_some() { created_at } else { now }),
        tags,
        categories,
    }
}

/// The job that publishes a scheduled entry on time.
fn due(row: &EntryRow) -> Option<NewJob> {
    row.scheduled_at.map(|at| publication(row.id, at))
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
