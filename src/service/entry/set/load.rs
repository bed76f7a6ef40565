//! What is known of the entries that operations name, their types, brands, tags and categories: all of it read before anything is
//! decided.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use super::what::{Task, What};
use crate::{
    domain::{Code, Error, Result, access::Grant, brand::Locales, fields::Schema},
    service::{Services, Unit, entry::content},
    store::{self, content_type::Row as TypeRow, entry::Row, entry_link::Links, entry_set},
};

/// The rows by their keys. What is not there is missing.
pub(super) struct Loaded {
    pub(super) rows: HashMap<Uuid, Row>,
    /// What is said of entries in brands that are not the caller's.
    pub(super) outside: HashMap<Uuid, Error>,
    /// The types, or what is said where one is not to be had.
    pub(super) types: HashMap<Uuid, Result<Type>>,
    linked: [entry_set::Linked; 2],
    terms: [HashMap<Uuid, Uuid>; 2],
}

/// A content type that is held, and its brand with it.
pub(super) struct Type {
    pub(super) row: TypeRow,
    pub(super) key: Arc<str>,
    pub(super) schema: Arc<Schema>,
    /// What the brand speaks, or what is said where it is gone.
    pub(super) locales: Result<Arc<Locales>>,
}

impl Loaded {
    pub(super) async fn of(
        services: &Services,
        unit: &Unit,
        grant: &Grant,
        tasks: &[&Task<'_>],
    ) -> Result<Self> {
        let ids = tasks.iter().filter_map(|task| task.what.entry()).map(|entry| entry.id).collect();
        let (mut rows, mut outside) = (HashMap::new(), HashMap::new());
        for (id, found) in entry_set::lock(unit.tx(), grant, ids).await? {
            match found {
                Ok(row) => drop(rows.insert(id, row)),
                Err(error) => drop(outside.insert(id, error)),
            }
        }
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
        Ok(Self { rows, outside, types, linked, terms })
    }

    /// The tags or categories that an entry has, where any operation changes such.
    pub(super) fn linked(&self, links: Links, entry: Uuid) -> &[Uuid] {
        let [tags, categories] = &self.linked;
        let linked = if links == Links::Tags { tags } else { categories };
        linked.get(&entry).map(Vec::as_slice).unwrap_or_default()
    }

    /// Passes where a brand has all of these tags or categories.
    ///
    /// # Errors
    /// `INVALID` with one violation for each that it does not have.
    pub(super) fn known(&self, links: Links, brand: Uuid, ids: &[Uuid]) -> Result<()> {
        let [tags, categories] = &self.terms;
        let terms = if links == Links::Tags { tags } else { categories };
        let unknown = ids.iter().enumerate().filter(|(_, id)| terms.get(id) != Some(&brand));
        let violations: Vec<_> = unknown.map(|(place, _)| links.unknown(place)).collect();
        if violations.is_empty() { Ok(()) } else { Err(Error::violated(violations)) }
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

/// The types of what is made and changed, each held with its brand.
async fn types(
    services: &Services,
    unit: &Unit,
    grant: &Grant,
    tasks: &[&Task<'_>],
    rows: &HashMap<Uuid, Row>,
) -> Result<HashMap<Uuid, Result<Type>>> {
    let made = tasks.iter().filter_map(|task| match &task.what {
        What::Make(command, _) => Some(command.content_type_id),
        _ => None,
    });
    // In their order, so that whoever holds several does so as others do.
    let ids: BTreeSet<Uuid> = rows.values().map(|row| row.content_type_id).chain(made).collect();
    let (mut types, mut brands) = (HashMap::new(), HashMap::<Uuid, Result<Arc<Locales>>>::new());
    for id in ids {
        let row = match there(store::content_type::hold(unit.tx(), grant, id).await)? {
            Ok(row) => row,
            Err(missing) => {
                types.insert(id, Err(missing));
                continue;
            }
        };
        let locales = match brands.get(&row.brand_id) {
            Some(known) => known.clone(),
            None => {
                let locales = match there(store::brand::hold(unit.tx(), grant, row.brand_id).await)? {
                    Ok(brand) => Ok(Arc::new(store::brand::locales(unit.tx(), &brand).await?)),
                    Err(missing) => Err(missing),
                };
                brands.insert(row.brand_id, locales.clone());
                locales
            }
        };
        let schema = content::schema(services, &row).await?;
        types.insert(id, Ok(Type { key: row.key.as_str().into(), schema, locales, row }));
    }
    Ok(types)
}

/// What was found, or what is said where there is none.
fn there<T>(found: Result<T>) -> Result<Result<T>> {
    match found {
        Err(error) if error.code() != Code::NotFound => Err(error),
        found => Ok(found),
    }
}
