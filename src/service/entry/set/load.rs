//! What is known of the entries that operations name, their types, brands, tags and categories: all of it read before anything is
//! decided.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use super::what::{Task, What};
use crate::{
    domain::{Code, Result, access::Grant, brand::Locales, fields::Schema},
    service::{Services, Unit, entry::content},
    store::{self, content_type::Row as TypeRow, entry::Row, entry_link::Links, entry_set},
};

/// The rows by their keys. What is not there, or not within reach, is missing.
pub(super) struct Loaded {
    pub(super) rows: HashMap<Uuid, Row>,
    pub(super) types: HashMap<Uuid, Type>,
    linked: [entry_set::Linked; 2],
    terms: [HashMap<Uuid, Uuid>; 2],
}

/// A content type that is held, and its brand with it.
pub(super) struct Type {
    pub(super) row: TypeRow,
    pub(super) key: Arc<str>,
    pub(super) schema: Arc<Schema>,
    pub(super) locales: Arc<Locales>,
}

impl Loaded {
    pub(super) async fn of(
        services: &Services,
        unit: &Unit,
        grant: &Grant,
        tasks: &[Task<'_>],
    ) -> Result<Self> {
        let ids = tasks.iter().filter_map(|task| task.what.entry()).map(|entry| entry.id).collect();
        let rows = entry_set::lock(unit.tx(), grant, ids).await?;
        let types = types(services, unit, grant, tasks, &rows).await?;
        let (mut linked, mut terms) = (<[entry_set::Linked; 2]>::default(), <[HashMap<_, _>; 2]>::default());
        for (place, links) in [Links::Tags, Links::Categories].into_iter().enumerate() {
            let named: BTreeSet<Uuid> =
                tasks.iter().flat_map(|task| task.what.terms(links)).copied().collect();
            let changes = tasks.iter().any(|task| changes(&task.what, links));
            if let Some(terms) = terms.get_mut(place).filter(|_| !named.is_empty()) {
                *terms = entry_set::terms(unit.tx(), links, named.into_iter().collect()).await?;
            }
            if let Some(linked) = linked.get_mut(place).filter(|_| changes && !rows.is_empty()) {
                *linked = entry_set::linked(unit.tx(), links, &rows).await?;
            }
        }
        Ok(Self { rows, types, linked, terms })
    }

    /// The tags or categories that an entry has, where any operation changes such.
    pub(super) fn linked(&self, links: Links, entry: Uuid) -> &[Uuid] {
        let [tags, categories] = &self.linked;
        let linked = if links == Links::Tags { tags } else { categories };
        linked.get(&entry).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a brand has all of these tags or categories.
    pub(super) fn has(&self, links: Links, brand: Uuid, ids: &[Uuid]) -> bool {
        let [tags, categories] = &self.terms;
        let terms = if links == Links::Tags { tags } else { categories };
        ids.iter().all(|id| terms.get(id) == Some(&brand))
    }
}

fn changes(what: &What<'_>, links: Links) -> bool {
    match what {
        What::Change(command) if links == Links::Tags => command.tags.is_some(),
        What::Change(command) => command.categories.is_some(),
        What::Link(which, _) => *which == links,
        What::Make(..) | What::Status(_) | What::Delete(_) => false,
    }
}

/// The types of what is made and changed, each held with its brand; those that are not to be had are missing.
async fn types(
    services: &Services,
    unit: &Unit,
    grant: &Grant,
    tasks: &[Task<'_>],
    rows: &HashMap<Uuid, Row>,
) -> Result<HashMap<Uuid, Type>> {
    let made = tasks.iter().filter_map(|task| match &task.what {
        What::Make(command, _) => Some(command.content_type_id),
        _ => None,
    });
    // In their order, so that whoever holds several does so as others do.
    let ids: BTreeSet<Uuid> = rows.values().map(|row| row.content_type_id).chain(made).collect();
    let (mut types, mut brands) = (HashMap::new(), HashMap::<Uuid, Arc<Locales>>::new());
    for id in ids {
        let Some(row) = there(store::content_type::hold(unit.tx(), grant, id).await)? else { continue };
        let locales = match brands.get(&row.brand_id) {
            Some(known) => Arc::clone(known),
            None => {
                let Some(brand) = there(store::brand::hold(unit.tx(), grant, row.brand_id).await)? else {
                    continue;
                };
                let locales = Arc::new(store::brand::locales(unit.tx(), &brand).await?);
                brands.insert(row.brand_id, Arc::clone(&locales));
                locales
            }
        };
        let schema = content::schema(services, &row).await?;
        types.insert(id, Type { key: row.key.as_str().into(), schema, locales, row });
    }
    Ok(types)
}

/// What was found; nothing where there is none.
fn there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
