//! Writes one batch in one unit, in a fixed number of statements.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use super::{
    Outcome,
    claims::{Ready, unclaimed},
    destination::{Destination, Rules},
    draft::{Body, Draft, EntryDraft},
    flying::{Flight, Late, lately},
    refer,
    standing::{self, Rows},
    targets::Targets,
    terms,
};
use crate::{
    domain::{
        Result, Violation,
        event::Event,
        record::{Failure, Key},
    },
    queue::NewJob,
    service::{Caller, Services, Unit, entry::publication},
    store::{
        audit::Author,
        bulk::{self, AssetRow, Before, EntryRow, LinkRow, Pulled},
    },
};

/// Writes the drafts, or nothing of them; it may be called again. `announced` is told once it is known what they hold.
///
/// # Errors
/// As the database refuses; then nothing of this batch has happened, as where the rules are others now: that is none.
pub(super) async fn once(
    services: &Services,
    caller: &Caller,
    (destination, rules): (&Destination, &Rules),
    announced: impl FnOnce(),
    drafts: &[Draft],
) -> Result<Option<Outcome>> {
    let flight = destination.flying.announce(drafts);
    announced();
    let mut unit = Unit::batch(services, caller, destination.brand, destination.source).await?;
    bulk::flush_later(unit.tx()).await?;
    let types = drafts.iter().filter_map(|draft| match &draft.body {
        Body::Entry(entry) => Some(entry.content_type_id),
        Body::Asset(_) => None,
    });
    if !rules.hold(&unit, destination.brand, types.collect()).await? {
        unit.rollback().await?;
        return Ok(None);
    }
    let (mut outcome, mut late) = (Outcome::default(), Vec::new());
    let mut taken = taken(&unit, destination, drafts, &mut outcome.failures).await?;
    let rows = standing::look(&unit, destination, drafts, &mut outcome.failures).await?;
    taken.extend(&rows.kept);
    let settled = &rows.settled;
    outcome.unchanged = settled.len() as u64;
    let changed =
        || drafts.iter().filter(|draft| !settled.contains(&draft.id()) && !taken.contains(&draft.id()));
    let assets = assets(&mut unit, destination, changed(), &rows.back, &mut outcome).await?;
    let wanted: Vec<(&Draft, &EntryDraft)> = changed()
        .filter_map(|draft| match &draft.body {
            Body::Entry(entry) => Some((draft, entry.as_ref())),
            Body::Asset(_) => None,
        })
        .collect();
    let asked: HashSet<Uuid> = wanted.iter().map(|(_, entry)| entry.id).collect();
    let entries = unclaimed(&unit, destination, wanted, &mut outcome.failures).await?;
    // Nobody is led to what is set aside. What was deleted is not there, and what has not changed is in the database.
    let landing: HashSet<Uuid> = entries.iter().map(|one| one.entry.id).collect();
    flight.withdraw(&asked.difference(&landing).chain(settled).chain(&taken).copied().collect());
    let (targets, entries) =
        targets(&unit, (destination, rules), &flight, entries, &mut outcome.failures).await?;
    if !entries.is_empty() || !assets.is_empty() {
        let place = Place { destination, rules, targets: &targets, rows: &rows };
        late = write_entries(&mut unit, caller, place, &entries, assets, &mut outcome).await?;
    }
    if outcome.created > 0 {
        bulk::notice_growth(unit.tx()).await?;
    }
    unit.commit().await?;
    destination.flying.delay(late);
    drop(flight);
    Ok(Some(outcome))
}

/// What the entries refer to, and those of them that refer to nothing that they may not. The others are set aside, so that
/// they are not there for the rest either.
async fn targets<'d>(
    unit: &Unit,
    (destination, rules): (&Destination, &Rules),
    flight: &Flight<'_>,
    mut ready: Vec<Ready<'d>>,
    failures: &mut Vec<Failure>,
) -> Result<(Targets, Vec<Ready<'d>>)> {
    let drafts = |ready: &[Ready<'d>]| ready.iter().map(|one| one.entry).collect::<Vec<&EntryDraft>>();
    let found = Targets::find(unit, destination, &drafts(&ready)).await?;
    let refused = refer::refused(unit, destination, rules, &found, &ready).await?;
    if refused.is_empty() {
        return Ok((found, ready));
    }
    for one in &ready {
        let faults = refused.get(&one.entry.id).into_iter().flatten();
        failures.extend(faults.map(|violation| one.draft.fault(violation)));
    }
    flight.withdraw(&refused.keys().copied().collect());
    ready.retain(|one| !refused.contains_key(&one.entry.id));
    let found = Targets::find(unit, destination, &drafts(&ready)).await?;
    Ok((found, ready))
}

/// Where entries go, and what they refer to.
#[derive(Clone, Copy)]
struct Place<'p> {
    destination: &'p Destination,
    rules: &'p Rules,
    targets: &'p Targets,
    /// What is there of them.
    rows: &'p Rows,
}

/// Sets aside what says an id that is not for this brand to give.
async fn taken(
    unit: &Unit,
    destination: &Destination,
    drafts: &[Draft],
    failures: &mut Vec<Failure>,
) -> Result<HashSet<Uuid>> {
    let own: Vec<&Draft> = drafts.iter().filter(|draft| matches!(draft.key, Key::Own(_))).collect();
    if own.is_empty() {
        return Ok(HashSet::new());
    }
    let (mut entries, mut assets) = (Vec::new(), Vec::new());
    for draft in &own {
        match &draft.body {
            Body::Entry(entry) => entries.push((entry.id, entry.translation_id)),
            Body::Asset(asset) => assets.push(asset.id),
        }
    }
    let taken = bulk::taken_ids(unit.tx(), destination.brand, &entries, &assets).await?;
    let message = "is taken: by another brand, or by what comes from a source";
    let fault = Violation::new("key", "taken", message);
    failures.extend(own.iter().filter(|draft| taken.contains(&draft.id())).map(|draft| draft.fault(&fault)));
    Ok(taken)
}

async fn assets<'d>(
    unit: &mut Unit,
    destination: &Destination,
    drafts: impl Iterator<Item = &'d Draft>,
    back: &HashSet<Uuid>,
    outcome: &mut Outcome,
) -> Result<Vec<Uuid>> {
    let now = unit.now();
    let or_now = |at: DateTime<Utc>| if at == DateTime::UNIX_EPOCH { now } else { at };
    let mut rows: Vec<AssetRow> = drafts
        .filter_map(|draft| match &draft.body {
            Body::Asset(row) => Some(AssetRow {
                created_at: or_now(row.created_at),
                updated_at: or_now(row.updated_at),
                returns: back.contains(&row.id),
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
    let told: HashSet<Uuid> = written.changed.iter().map(|(changed, _)| changed.id).collect();
    let same = rows.iter().filter(|row| !told.contains(&row.id)).map(|row| (row.id, row.pulled));
    bulk::remember(unit.tx(), &[], &same.collect::<Vec<_>>()).await?;
    let described = bulk::describe_assets(unit.tx(), &destination.assets, brand, &rows, &told, now).await?;
    outcome.updated += described.len() as u64;
    outcome.unchanged = outcome.unchanged.saturating_sub(described.len() as u64);
    described.into_iter().for_each(|changed| unit.record(Event::of("asset.updated", brand, changed)));
    for (changed, created) in written.changed {
        let kind = match created {
            true => "asset.created",
            false if back.contains(&changed.id) => "asset.restored",
            false => "asset.updated",
        };
        unit.record(Event::of(kind, brand, changed));
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn write_entries(
    unit: &mut Unit,
    caller: &Caller,
    Place { destination, rules, targets, rows: Rows { back, entries: there, .. } }: Place<'_>,
    ready: &[Ready<'_>],
    assets: Vec<Uuid>,
    outcome: &mut Outcome,
) -> Result<Vec<Late>> {
    let (brand, source) = (destination.brand, destination.source);
    let drafts: Vec<&EntryDraft> = ready.iter().map(|one| one.entry).collect();
    let terms = terms::ensure(unit, destination, &drafts).await?;
    let actor = unit.actor().label();
    let author = Author { actor: &actor, request_id: caller.request_id.as_deref() };
    let now = unit.now();

    let (mut rows, mut references, mut pending) = (Vec::with_capacity(ready.len()), Vec::new(), Vec::new());
    let mut unsure: HashMap<Uuid, Pulled> = HashMap::new();
    for one in ready {
        let (entry, before) = (one.entry, references.len());
        let fields = targets.resolve(rules, entry, &mut references, &mut pending);
        let mut row = row(one, fields, terms.tags(entry), terms.categories(entry), now);
        row.returns = back.contains(&entry.id);
        if source.is_some() && targets.in_the_air(references.get(before..).unwrap_or_default()) {
            unsure.insert(entry.id, entry.pulled);
            row.pulled.digest = Uuid::nil();
        }
        rows.push(row);
    }
    let tx = unit.tx();
    let grant = &destination.entries;
    if source.is_none() {
        let waiting: HashSet<Uuid> = pending.iter().map(|one| one.entry_id).collect();
        let known = |row: &EntryRow| there.contains(&row.id) && !waiting.contains(&row.id);
        let known: Vec<EntryRow> = rows.extract_if(.., |row| known(row)).collect();
        let same = bulk::unchanged(tx, brand, &known, &references).await?;
        outcome.unchanged += same.len() as u64;
        references.retain(|one| !same.contains(&one.entry_id));
        rows.extend(known.into_iter().filter(|row| !same.contains(&row.id)));
    }
    // Two batches that meet lock their rows in the same order.
    rows.sort_unstable_by_key(|row| row.id);
    let links = |terms: fn(&EntryRow) -> &[Uuid]| -> Vec<LinkRow> {
        let link = |row, term: &Uuid| LinkRow { entry_id: row, term_id: *term };
        rows.iter().flat_map(|row| terms(row).iter().map(move |term| link(row.id, term))).collect()
    };
    let (tags, categories) = (links(|row| &row.tags), links(|row| &row.categories));
    let (mut events, mut jobs, mut late) = (Vec::new(), Vec::new(), Vec::new());
    if !rows.is_empty() {
        let written = bulk::upsert_entries(tx, grant, brand, source, &rows, author, now).await?;
        let before = Before::of(&written.known);
        let differed = bulk::replace_links(tx, grant, brand, before, &tags, &categories).await?;
        let missing = bulk::replace_references(tx, grant, brand, before, &references).await?;
        late = lately(&drafts, references, missing);
        bulk::replace_pending(tx, rows.iter().map(|row| row.id).collect(), &pending).await?;
        let told: HashSet<Uuid> = written.changed.iter().map(|(changed, _)| changed.id).collect();
        // An entry whose reference is still to be written is looked at again where this never comes to its end.
        let waits: HashSet<Uuid> = late.iter().map(|one| one.row.entry_id).collect();
        let sure = rows.iter().filter(|row| !told.contains(&row.id) || unsure.contains_key(&row.id));
        let sure = sure.filter(|row| !waits.contains(&row.id));
        let sure = sure.map(|row| (row.id, unsure.get(&row.id).copied().unwrap_or(row.pulled)));
        bulk::remember(tx, &sure.collect::<Vec<_>>(), &[]).await?;
        // An import says when its rows were changed; what is pulled was changed now.
        let said = drafts.iter().filter(|_| source.is_none());
        let said: HashMap<Uuid, _> = said.map(|entry| (entry.id, entry.updated_at)).collect();
        let linked = differed.difference(&told).map(|id| (*id, said.get(id).copied().flatten())).collect();
        let linked = bulk::raise_at(tx, linked, &actor, now).await?;
        outcome.created += written.tally.created;
        outcome.updated += written.tally.updated + linked.len() as u64;
        outcome.unchanged += written.tally.unchanged.saturating_sub(linked.len() as u64);
        outcome.waiting += pending.len() as u64;
        events.extend(linked.into_iter().map(|changed| Event::of("entry.updated", brand, changed)));
        if rules.several_locales() {
            // What names its id itself was not what a reference by key had to do with.
            let keyed: HashSet<Uuid> =
                drafts.iter().filter(|entry| !entry.own).map(|entry| entry.id).collect();
            let new = written.changed.iter().filter(|(_, created)| *created).map(|(changed, _)| changed.id);
            let new = new.filter(|id| keyed.contains(id));
            let led = bulk::lead_to(tx, brand, source, new.collect(), &actor, now).await?;
            outcome.settled += led.len() as u64;
            events.extend(led.into_iter().map(|changed| Event::of("entry.updated", brand, changed)));
        }
        for (changed, created) in written.changed {
            let kind = match created {
                true => "entry.created",
                false if back.contains(&changed.id) => "entry.restored",
                false => "entry.updated",
            };
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
    now: DateTime<Utc>,
) -> EntryRow {
    let entry = ready.entry;
    let created_at = entry.created_at.or(entry.published_at).unwrap_or(now);
    let mut published_at = entry.published_at;
    let (mut status, mut scheduled_at) = (entry.status, entry.scheduled_at.map(|at| at.trunc_subsecs(6)));
    // A platform may go on calling scheduled what is public since.
    if let Some(at) = scheduled_at.filter(|at| *at <= now) {
        (status, scheduled_at, published_at) = ("published", None, Some(at));
    }
    EntryRow {
        id: entry.id,
        pulled: entry.pulled,
        translation_id: entry.translation_id,
        content_type_id: entry.content_type_id,
        slug: ready.slug.clone(),
        locale: entry.locale.as_str().to_owned(),
        title: entry.title.clone(),
        status,
        fields,
        search_text: entry.search_text.clone(),
        external_id: entry.external_id.clone(),
        silent: published_at.is_none(),
        published_at: if status == "published" { published_at.or(Some(created_at)) } else { published_at },
        scheduled_at,
        created_at,
        updated_at: entry.updated_at.unwrap_or(if entry.created_at.is_some() { created_at } else { now }),
        dated: entry.own && entry.updated_at.is_some(),
        returns: false,
        tags,
        categories,
    }
}

/// The job that publishes a scheduled entry on time.
fn due(row: &EntryRow) -> Option<NewJob> {
    row.scheduled_at.map(|at| publication(row.id, at))
}
