//! Creates many entries at once: what `create` does for each, in a number of statements that does not depend on how many.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::content;
use crate::{
    domain::{
        Code, Error, Result,
        access::{Grant, Permission},
        brand::Locales,
        change::{Changed, distinct},
        entry::{CreateEntry, MAX_CATEGORIES, MAX_TAGS, Status},
        event::Event,
        fields::{FieldPath, Kind, Schema, Unique},
    },
    kit::id,
    service::{Caller, Services, Unit},
    store::{
        self,
        bulk::{self, Claim},
        content_type::Row as TypeRow,
        entry::Row,
        entry_link::Links,
        entry_set, reference,
        reference::Missing,
    },
};

/// An entry that is to be made, and the id that it was given already.
pub type Wanted = (Option<Uuid>, CreateEntry);

/// Creates entries that are no translations, all of them or none; nothing is told where they cannot be made at once, because the
/// caller's roles are restricted. What is wrong is not told of each: whoever wants to know creates them one by one.
///
/// # Errors
/// As [`create`](super::create) for one of them.
pub async fn create_many(
    services: &Services,
    caller: &Caller,
    wanted: &[Wanted],
) -> Result<Option<Vec<Changed>>> {
    let grant = caller.actor.grant(Permission::EntryWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let types = Types::hold(services, &unit, &grant, wanted).await?;
    if types.0.values().any(|one| !grant.unrestricted_in(one.row.brand_id) || one.locales.is_none()) {
        unit.rollback().await?;
        return Ok(None);
    }
    let actor = unit.actor().label();
    let mut brands: Vec<Set<'_>> = Vec::new();
    let mut made = Vec::with_capacity(wanted.len());
    for (given, command) in wanted {
        let one = types.get(command.content_type_id)?;
        let row = draft(&unit, &grant, one, *given, command)?;
        made.push(Changed { id: row.id, version: row.version });
        let brand = row.brand_id;
        let set = match brands.iter_mut().position(|set| set.brand == brand) {
            Some(place) => brands.get_mut(place),
            None => {
                brands.push(Set { brand, ..Set::default() });
                brands.last_mut()
            }
        };
        let Some(set) = set else { return Err(Error::internal("a list has no last item")) };
        set.tags.push((row.id, distinct(command.tags.clone(), MAX_TAGS, "tags")?));
        set.categories.push((row.id, distinct(command.categories.clone(), MAX_CATEGORIES, "categories")?));
        set.schemas.push(&one.schema);
        set.rows.push(row);
    }
    for set in &brands {
        set.write(&unit, &grant, &actor).await?;
        for row in &set.rows {
            let changed = Changed { id: row.id, version: row.version };
            unit.record(Event::of("entry.created", set.brand, changed).with("status", row.status.as_str()));
        }
    }
    unit.commit().await?;
    Ok(Some(made))
}

/// What is made in one brand, in one order.
#[derive(Default)]
struct Set<'s> {
    brand: Uuid,
    rows: Vec<Row>,
    schemas: Vec<&'s Arc<Schema>>,
    tags: Vec<(Uuid, Vec<Uuid>)>,
    categories: Vec<(Uuid, Vec<Uuid>)>,
}

impl Set<'_> {
    async fn write(&self, unit: &Unit, grant: &Grant, actor: &str) -> Result<()> {
        let (tx, brand) = (unit.tx(), self.brand);
        let both = || self.rows.iter().zip(&self.schemas);
        self.claim(unit).await?;
        entry_set::insert(tx, grant, brand, &self.rows, unit.now()).await?;
        let references = both()
            .map(|(row, schema)| Ok((row.id, schema.references(&row.fields)?)))
            .collect::<Result<Vec<_>>>()?;
        // One after the other, an entry would not find those that come after it.
        let places: HashMap<Uuid, usize> =
            self.rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
        let later = |place: usize, id: &Uuid| places.get(id).is_some_and(|other| *other > place);
        let early = references.iter().enumerate();
        if early
            .into_iter()
            .any(|(place, (_, targets))| targets.iter().any(|target| later(place, &target.id)))
        {
            return Err(Error::invalid("fields", "not_found", "leads to an entry that comes later"));
        }
        // New entries have none yet: there is nothing to take away.
        if references.iter().any(|(_, targets)| !targets.is_empty()) {
            reference::replace(tx, grant, brand, &references, Missing::Refused).await?;
        }
        entry_set::link(tx, grant, brand, Links::Tags, &self.tags).await?;
        entry_set::link(tx, grant, brand, Links::Categories, &self.categories).await?;
        let ids = self.rows.iter().map(|row| row.id).collect();
        entry_set::keep_versions(tx, grant, brand, ids, "created", actor).await
    }

    /// Makes sure that no entry that is there, nor two of these, hold a value that must be unique.
    async fn claim(&self, unit: &Unit) -> Result<()> {
        let mut fields: HashMap<(Uuid, &FieldPath, Kind), Vec<Claim>> = HashMap::new();
        let mut keys = Vec::new();
        for (row, schema) in self.rows.iter().zip(&self.schemas) {
            for unique in schema.uniques(&row.fields)? {
                keys.push(unique.lock_key(row.content_type_id));
                let claim = Claim { translation_id: row.translation_id, value: text(&unique) };
                fields.entry((row.content_type_id, unique.path, unique.kind)).or_default().push(claim);
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let taken = || Error::new(Code::Conflict, "an entry of this type has a value that must be unique");
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() < count {
            return Err(taken());
        }
        bulk::lock_values(unit.tx(), keys).await?;
        for ((content_type, path, kind), claims) in fields {
            let found =
                bulk::taken_values(unit.tx(), self.brand, content_type, (path, kind), &claims).await?;
            if !found.is_empty() {
                return Err(taken());
            }
        }
        Ok(())
    }
}

fn text(unique: &Unique<'_>) -> String {
    match unique.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The content types of what is made, held with their brands.
struct Types(HashMap<Uuid, Known>);

struct Known {
    row: TypeRow,
    locales: Option<Arc<Locales>>,
    schema: Arc<Schema>,
}

impl Types {
    async fn hold(services: &Services, unit: &Unit, grant: &Grant, wanted: &[Wanted]) -> Result<Self> {
        let mut ids: Vec<Uuid> = wanted.iter().map(|(_, command)| command.content_type_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let (mut types, mut brands) = (HashMap::new(), HashMap::<Uuid, Arc<Locales>>::new());
        for id in ids {
            let row = store::content_type::hold(unit.tx(), grant, id).await?;
            if !grant.unrestricted_in(row.brand_id) {
                let schema = content::schema(services, &row).await?;
                types.insert(id, Known { row, locales: None, schema });
                continue;
            }
            let locales = match brands.get(&row.brand_id) {
                Some(known) => Arc::clone(known),
                None => {
                    let brand = store::brand::hold(unit.tx(), grant, row.brand_id).await?;
                    let locales = Arc::new(store::brand::locales(unit.tx(), &brand).await?);
                    brands.insert(row.brand_id, Arc::clone(&locales));
                    locales
                }
            };
            let schema = content::schema(services, &row).await?;
            types.insert(id, Known { row, locales: Some(locales), schema });
        }
        Ok(Self(types))
    }

    fn get(&self, id: Uuid) -> Result<&Known> {
        self.0.get(&id).ok_or_else(|| Error::not_found("the content type"))
    }
}

/// The row of a new entry, whose fields and locale are checked.
fn draft(unit: &Unit, grant: &Grant, one: &Known, id: Option<Uuid>, command: &CreateEntry) -> Result<Row> {
    let Some(locales) = &one.locales else { return Err(Error::internal("a brand was not looked at")) };
    let mut violations = content::violations(&one.schema, &command.fields);
    let locale = command.locale.as_ref().unwrap_or_else(|| locales.default());
    violations.extend(content::unknown_locale(locales, locale.as_str()));
    content::refuse(violations, grant, one.row.brand_id)?;
    let id = id.unwrap_or_else(|| id::new(unit.now()));
    Ok(Row {
        id,
        brand_id: one.row.brand_id,
        content_type_id: one.row.id,
        translation_id: id,
        slug: command.slug.as_str().to_owned(),
        locale: locale.as_str().to_owned(),
        title: command.title.as_str().to_owned(),
        status: Status::Draft.name().to_owned(),
        search_text: one.schema.search_text(&command.fields),
        fields: command.fields.clone(),
        source_id: None,
        external_id: None,
        version: 1,
        published_at: None,
        scheduled_at: None,
        publish_problem: None,
        created_at: unit.now(),
        updated_at: unit.now(),
        deleted_at: None,
    })
}
