//! The tags and categories that a batch names: found, or made.

use std::collections::HashMap;

use uuid::Uuid;

use super::{destination::Destination, draft::EntryDraft};
use crate::{
    domain::{Result, event::Event, record::Term},
    kit::id,
    service::Unit,
    store::{
        bulk::{self, CategoryRow, Ensured, TermRow},
        category,
    },
};

/// The ids of what a batch names.
#[derive(Debug, Default)]
pub(super) struct Terms {
    tags: HashMap<String, Uuid>,
    categories: HashMap<Vec<String>, Vec<Uuid>>,
}

impl Terms {
    /// The ids of an entry's tags, each once.
    pub(super) fn tags(&self, entry: &EntryDraft) -> Vec<Uuid> {
        once(entry.tags.iter().filter_map(|tag| self.tags.get(&tag.slug).copied()))
    }

    /// The ids of an entry's categories, each once.
    pub(super) fn categories(&self, entry: &EntryDraft) -> Vec<Uuid> {
        let ids = entry.categories.iter().filter_map(|path| self.categories.get(&slugs(path)));
        once(ids.filter_map(|ids| ids.last().copied()))
    }
}

fn once(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn slugs(path: &[Term]) -> Vec<String> {
    path.iter().map(|term| term.slug.clone()).collect()
}

/// Finds or makes every tag and category that the entries name.
pub(super) async fn ensure(
    unit: &mut Unit,
    destination: &Destination,
    entries: &[&EntryDraft],
) -> Result<Terms> {
    let mut terms = Terms::default();
    let (brand, now) = (destination.brand, unit.now());
    let named: HashMap<&str, &Term> =
        entries.iter().flat_map(|entry| &entry.tags).map(|tag| (tag.slug.as_str(), tag)).collect();
    if !named.is_empty() {
        // Found by its slug and never by its id: a person may give a tag another slug.
        let row = |tag: &&Term| TermRow { id: id::new(now), slug: tag.slug.clone(), name: tag.name.clone() };
        let rows: Vec<TermRow> = named.values().map(row).collect();
        let found = bulk::ensure_tags(unit.tx(), &destination.taxonomy, brand, &rows, false, now).await?;
        found.iter().for_each(|tag| note(unit, brand, "tag", tag));
        terms.tags = found.into_iter().map(|tag| (tag.slug, tag.id)).collect();
    }
    let paths: Vec<&[Term]> = entries.iter().flat_map(|entry| &entry.categories).map(Vec::as_slice).collect();
    if !paths.is_empty() {
        terms.categories = bulk::load_categories(unit.tx(), brand).await?.into_iter().collect();
    }
    if paths.iter().any(|path| !terms.categories.contains_key(&slugs(path))) {
        // What is made goes under the paths of a tree that stands still.
        category::lock_tree(unit.tx(), brand).await?;
        terms.categories = bulk::load_categories(unit.tx(), brand).await?.into_iter().collect();
        for path in paths {
            make_path(unit, destination, &mut terms.categories, path).await?;
        }
    }
    Ok(terms)
}

/// Makes the steps of a path that are missing; there are few categories, and each is made once.
async fn make_path(
    unit: &mut Unit,
    destination: &Destination,
    known: &mut HashMap<Vec<String>, Vec<Uuid>>,
    path: &[Term],
) -> Result<()> {
    let (brand, now) = (destination.brand, unit.now());
    let (mut above, mut parents): (Vec<String>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for term in path {
        above.push(term.slug.clone());
        if let Some(ids) = known.get(&above) {
            parents.clone_from(ids);
            continue;
        }
        let (parent, slug) = (parents.last().copied(), term.slug.clone());
        let row = CategoryRow { id: id::new(now), parent, slug, name: term.name.clone(), position: None };
        let made = bulk::ensure_category(unit.tx(), &destination.taxonomy, brand, &row, false, now).await?;
        note(unit, brand, "category", &made);
        parents.push(made.id);
        known.insert(above.clone(), parents.clone());
    }
    Ok(())
}

/// Records what was made or renamed, as a person's change is.
pub(in crate::service) fn note(unit: &mut Unit, brand: Uuid, noun: &'static str, term: &Ensured) {
    let Some((changed, created)) = term.written else { return };
    let kind = match (noun, created) {
        ("tag", true) => "tag.created",
        ("tag", false) => "tag.updated",
        (_, true) => "category.created",
        (_, false) => "category.updated",
    };
    unit.record(Event::of(kind, brand, changed).with("slug", term.slug.as_str()));
}
