//! The tags and categories that a batch names: found, or made.

use std::collections::HashMap;

use uuid::Uuid;

use super::{destination::Destination, draft::EntryDraft};
use crate::{
    domain::{Result, record::Term},
    kit::id,
    service::Unit,
    store::import::{self, CategoryRow, TermRow},
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
pub(super) async fn ensure(unit: &Unit, destination: &Destination, entries: &[&EntryDraft]) -> Result<Terms> {
    let mut terms = Terms::default();
    let brand = destination.brand;
    let named: HashMap<&str, &Term> =
        entries.iter().flat_map(|entry| &entry.tags).map(|tag| (tag.slug.as_str(), tag)).collect();
    if !named.is_empty() {
        let row = |tag: &&Term| TermRow {
            id: id::derived(brand, "tag", &tag.slug),
            slug: tag.slug.clone(),
            name: tag.name.clone(),
        };
        let rows: Vec<TermRow> = named.values().map(row).collect();
        let found =
            import::ensure_tags(unit.tx(), &destination.taxonomy, brand, &rows, false, unit.now()).await?;
        terms.tags = found.into_iter().collect();
    }
    if entries.iter().any(|entry| !entry.categories.is_empty()) {
        terms.categories = import::load_categories(unit.tx(), brand).await?.into_iter().collect();
        for path in entries.iter().flat_map(|entry| &entry.categories) {
            make_path(unit, destination, &mut terms.categories, path).await?;
        }
    }
    Ok(terms)
}

/// Makes the steps of a path that are missing; there are few categories, and each is made once.
async fn make_path(
    unit: &Unit,
    destination: &Destination,
    known: &mut HashMap<Vec<String>, Vec<Uuid>>,
    path: &[Term],
) -> Result<()> {
    let (mut above, mut parents): (Vec<String>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for term in path {
        above.push(term.slug.clone());
        if let Some(ids) = known.get(&above) {
            parents.clone_from(ids);
            continue;
        }
        let row = CategoryRow {
            id: id::derived(destination.brand, "category", &above.join("/")),
            parents: parents.clone(),
            slug: term.slug.clone(),
            name: term.name.clone(),
        };
        let grant = &destination.taxonomy;
        let made =
            import::ensure_category(unit.tx(), grant, destination.brand, &row, false, unit.now()).await?;
        parents.push(made);
        known.insert(above.clone(), parents.clone());
    }
    Ok(())
}
