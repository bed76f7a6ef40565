//! What becomes of entries, decided in memory one after the other by the rules of the single operations. Where something is wrong, or
//! depends on an earlier one, nothing is planned: the operation is then done alone, which says what it is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    load::{Loaded, Type},
    what::{Task, What},
};
use crate::{
    domain::{
        access::{Facts, Grant, Permission},
        change::{Changed, check_version, distinct},
        entry::{
            ChangeStatus, CreateEntry, FieldsChange, LinkMode, MAX_CATEGORIES, MAX_TAGS, Origin, SetLinks,
            Status, Transition, UpdateEntry, merge,
        },
        fields::Schema,
        node::{Kind, NodeId},
    },
    kit::id,
    queue::NewJob,
    service::{
        Caller,
        entry::{
            content, status,
            status::{kind, publication},
        },
    },
    store::{covered, entry::Row, entry_link::Links, entry_set::Change},
};

/// What becomes of an entry.
pub(super) enum Plan {
    /// Nothing: it is so already.
    Same(Changed),
    /// This.
    Made(Box<Made>),
}

/// A change that was found to be good, as far as that shows without asking the database.
pub(super) struct Made {
    pub(super) place: usize,
    pub(super) change: Change,
    /// The schema that its custom fields were checked with, where they were given.
    pub(super) schema: Option<Arc<Schema>>,
    /// The tags or categories that it had, and is to have.
    pub(super) links: Vec<(Links, Vec<Uuid>, Vec<Uuid>)>,
    /// What is recorded, and how the history names it.
    pub(super) kind: &'static str,
    pub(super) named: &'static str,
    pub(super) job: Option<NewJob>,
}

impl Plan {
    pub(super) fn changed(&self) -> Changed {
        match self {
            Self::Same(changed) => *changed,
            Self::Made(made) => {
                let row = &made.change.after;
                let rise = i32::from(made.change.before.is_some());
                Changed { id: row.id, version: row.version.saturating_add(rise) }
            }
        }
    }

    /// What becomes of the entry, where anything does.
    pub(super) fn made(&self) -> Option<&Made> {
        match self {
            Self::Same(_) => None,
            Self::Made(made) => Some(made),
        }
    }
}

/// Plans one operation after the other.
pub(super) struct Planner<'l> {
    caller: &'l Caller,
    grant: &'l Grant,
    loaded: &'l Loaded,
    now: DateTime<Utc>,
    /// The entries that were planned for.
    seen: HashSet<Uuid>,
    /// The slugs that entries of the set have, or are going to have.
    slugs: HashMap<(Uuid, String, String), Uuid>,
    /// Ids that were given out for what turned out to be there under another.
    elsewhere: HashSet<String>,
}

/// What an operation makes of an entry that is there.
type Turned = Option<Plan>;

impl<'l> Planner<'l> {
    pub(super) fn new(caller: &'l Caller, grant: &'l Grant, loaded: &'l Loaded, now: DateTime<Utc>) -> Self {
        let slugs = loaded.rows.values().map(|row| (place(row), row.id)).collect();
        let (seen, elsewhere) = (HashSet::new(), HashSet::new());
        Self { caller, grant, loaded, now, seen, slugs, elsewhere }
    }

    /// What becomes of an entry by an operation; nothing where it has to be done alone.
    pub(super) fn plan(&mut self, task: &Task<'_>) -> Turned {
        if let What::Make(command, origin) = &task.what {
            return self.make(task, command, origin.as_ref());
        }
        let entry = task.what.entry()?;
        let row = self.loaded.rows.get(&entry.id)?;
        let kind = self.loaded.types.get(&row.content_type_id)?;
        if !self.seen.insert(row.id) {
            return None;
        }
        if let Some(given) = task.id.filter(|given| *given != row.id) {
            self.elsewhere.insert(NodeId::new(Kind::Entry, given).to_string());
        }
        check_version(entry.expected_version, row.version).ok()?;
        let known = Known { grant: self.grant, row, kind };
        known.granted(|grant, facts| grant.covers_entry(row.brand_id, facts))?;
        match &task.what {
            What::Status(command) => self.turn(task.place, known, command),
            What::Change(command) => self.change(task.place, known, command),
            What::Link(links, command) => self.link(task.place, known, *links, command),
            What::Delete(_) => {
                self.may_change(known)?;
                let after = Row { deleted_at: Some(self.now), ..row.clone() };
                Some(known.made(task.place, after, "entry.deleted", "deleted"))
            }
            What::Make(..) => None,
        }
    }

    fn make(&mut self, task: &Task<'_>, command: &CreateEntry, origin: Option<&Origin>) -> Turned {
        let kind = self.loaded.types.get(&command.content_type_id)?;
        let brand = kind.row.brand_id;
        self.grant.covers_type(brand, &kind.key).ok()?;
        let locale = command.locale.as_ref().unwrap_or_else(|| kind.locales.default());
        if content::unknown_locale(&kind.locales, locale.as_str()).is_some() {
            return None;
        }
        self.checked(kind, &command.fields)?;
        let id = task.id.unwrap_or_else(|| id::new(self.now));
        let after = Row {
            id,
            brand_id: brand,
            content_type_id: kind.row.id,
            translation_id: id,
            slug: command.slug.as_str().to_owned(),
            locale: locale.as_str().to_owned(),
            title: command.title.as_str().to_owned(),
            status: Status::Draft.name().to_owned(),
            search_text: kind.schema.search_text(&command.fields),
            fields: command.fields.clone(),
            source_id: origin.map(|origin| origin.source_id),
            external_id: origin.map(|origin| origin.external_id.clone()),
            version: 1,
            published_at: None,
            scheduled_at: None,
            publish_problem: None,
            created_at: self.now,
            updated_at: self.now,
            deleted_at: None,
        };
        self.take_slug(&after)?;
        let mut links = Vec::new();
        for (which, ids, most) in
            [(Links::Tags, &command.tags, MAX_TAGS), (Links::Categories, &command.categories, MAX_CATEGORIES)]
        {
            let ids = self.terms(which, brand, ids, most)?;
            if !ids.is_empty() {
                links.push((which, Vec::new(), ids));
            }
        }
        let change = Change { before: None, after, type_key: Arc::clone(&kind.key) };
        let schema = Some(Arc::clone(&kind.schema));
        let (kind, named) = ("entry.created", "created");
        Some(Plan::Made(Box::new(Made { place: task.place, change, schema, links, kind, named, job: None })))
    }

    fn change(&mut self, place: usize, known: Known<'_>, command: &UpdateEntry) -> Turned {
        let Known { row, kind, .. } = known;
        self.may_change(known)?;
        let given = [
            ("slug", command.slug.is_some()),
            ("title", command.title.is_some()),
            ("tags", command.tags.is_some()),
            ("categories", command.categories.is_some()),
        ];
        let names: Vec<&str> = given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect();
        let inside = match &command.fields {
            FieldsChange::Keep => None,
            FieldsChange::Replace(fields) | FieldsChange::Merge(fields) => Some(fields),
        };
        known.granted(|grant, facts| grant.covers_naming(row.brand_id, facts, &names, inside))?;
        let fields = match &command.fields {
            FieldsChange::Keep => None,
            FieldsChange::Replace(fields) => Some(covered::kept(self.grant, row, &kind.key, fields.clone())),
            FieldsChange::Merge(patch) => Some(merge(row.fields.clone(), patch.clone())),
        };
        let mut links = Vec::new();
        for (which, ids, most) in
            [(Links::Tags, &command.tags, MAX_TAGS), (Links::Categories, &command.categories, MAX_CATEGORIES)]
        {
            if let Some(ids) = ids {
                known.granted(|grant, facts| grant.covers_links(row.brand_id, facts, which.argument()))?;
                let ids = self.terms(which, row.brand_id, ids, most)?;
                links.push((which, self.loaded.linked(which, row.id).to_vec(), ids));
            }
        }
        let mut after = row.clone();
        after.slug = command.slug.as_ref().map_or(after.slug, |slug| slug.as_str().to_owned());
        after.title = command.title.as_ref().map_or(after.title, |title| title.as_str().to_owned());
        let given = fields.is_some();
        after.fields = fields.unwrap_or(after.fields);
        if after == *row && links.iter().all(|(_, has, ids)| same(has, ids)) {
            return Some(Plan::Same(Changed { id: row.id, version: row.version }));
        }
        if given {
            self.checked(kind, &after.fields)?;
            after.search_text = kind.schema.search_text(&after.fields);
        }
        if after.slug != row.slug {
            self.take_slug(&after)?;
        }
        let mut plan = known.made(place, after, "entry.updated", "updated");
        if let Plan::Made(made) = &mut plan {
            made.links = links;
            made.schema = given.then(|| Arc::clone(&kind.schema));
        }
        Some(plan)
    }

    fn turn(&self, place: usize, known: Known<'_>, command: &ChangeStatus) -> Turned {
        let Known { row, kind: of, .. } = known;
        known.granted(|grant, facts| grant.covers_naming(row.brand_id, facts, &["status"], None))?;
        let transition = command.transition;
        let Some(next) = transition.from(status(row).ok()?).ok()? else {
            return Some(Plan::Same(Changed { id: row.id, version: row.version }));
        };
        if matches!(next, Status::Published | Status::Scheduled)
            && !content::violations(&of.schema, &row.fields).is_empty()
        {
            return None;
        }
        let mut after =
            Row { status: next.name().to_owned(), scheduled_at: None, publish_problem: None, ..row.clone() };
        let mut job = None;
        match transition {
            Transition::Publish => after.published_at = after.published_at.or(Some(self.now)),
            Transition::Schedule(at) => {
                let at = at.trunc_subsecs(6);
                if at <= self.now {
                    return None;
                }
                after.scheduled_at = Some(at);
                job = Some(publication(row.id, at));
            }
            Transition::Unpublish | Transition::Archive => {}
        }
        let mut plan = known.made(place, after, kind(transition), transition.change());
        if let Plan::Made(made) = &mut plan {
            made.job = job;
        }
        Some(plan)
    }

    fn link(&self, place: usize, known: Known<'_>, links: Links, command: &SetLinks) -> Turned {
        let row = known.row;
        self.may_change(known)?;
        let (named, most) = match links {
            Links::Tags => ("tagged", MAX_TAGS),
            Links::Categories => ("categorised", MAX_CATEGORIES),
        };
        known.granted(|grant, facts| grant.covers_links(row.brand_id, facts, links.argument()))?;
        let has = self.loaded.linked(links, row.id).to_vec();
        let ids = match command.mode {
            // What is gone does no harm where it is taken off.
            LinkMode::Remove => {
                let off = distinct(command.ids.clone(), most, "").ok()?;
                has.iter().filter(|id| !off.contains(id)).copied().collect()
            }
            LinkMode::Set => self.terms(links, row.brand_id, &command.ids, most)?,
            LinkMode::Add => {
                let on = self.terms(links, row.brand_id, &command.ids, most)?;
                let new = on.into_iter().filter(|id| !has.contains(id));
                has.iter().copied().chain(new).collect::<Vec<_>>()
            }
        };
        if u32::try_from(ids.len()).is_ok_and(|count| count > most) {
            return None;
        }
        let mut plan = known.made(place, row.clone(), "entry.updated", named);
        if let Plan::Made(made) = &mut plan {
            made.links.push((links, has, ids));
        }
        Some(plan)
    }

    /// Passes where the custom fields are good, and name nothing that turned out to be somewhere else.
    fn checked(&self, kind: &Type, fields: &Value) -> Option<()> {
        let good = content::violations(&kind.schema, fields).is_empty();
        let moved = !self.elsewhere.is_empty() && names(fields, &self.elsewhere);
        (good && !moved).then_some(())
    }

    /// Passes where the caller may change what is public or scheduled, where the entry is.
    fn may_change(&self, known: Known<'_>) -> Option<()> {
        if matches!(status(known.row).ok()?, Status::Published | Status::Scheduled) {
            let brand = known.row.brand_id;
            let grant = self.caller.actor.grant_in(Permission::EntryPublish, brand).ok()?;
            Known { grant: &grant, ..known }.granted(|grant, facts| grant.covers_entry(brand, facts))?;
        }
        Some(())
    }

    /// Passes where no other entry of the set has the slug, or is going to have it.
    fn take_slug(&mut self, row: &Row) -> Option<()> {
        let holder = *self.slugs.entry(place(row)).or_insert(row.id);
        (holder == row.id).then_some(())
    }

    /// Ids that are all different, not too many, and all the brand's.
    fn terms(&self, links: Links, brand: Uuid, ids: &[Uuid], most: u32) -> Option<Vec<Uuid>> {
        let ids = distinct(ids.to_vec(), most, "").ok()?;
        self.loaded.has(links, brand, &ids).then_some(ids)
    }
}

/// An entry that is there, with its type.
#[derive(Clone, Copy)]
struct Known<'l> {
    grant: &'l Grant,
    row: &'l Row,
    kind: &'l Type,
}

impl Known<'_> {
    fn granted(&self, asked: impl FnOnce(&Grant, &Facts<'_>) -> crate::domain::Result<()>) -> Option<()> {
        if self.grant.unrestricted_in(self.row.brand_id) {
            return Some(());
        }
        asked(self.grant, &covered::facts(self.row, &self.kind.key)).ok()
    }

    fn made(&self, place: usize, after: Row, kind: &'static str, named: &'static str) -> Plan {
        let change = Change { before: Some(self.row.clone()), after, type_key: Arc::clone(&self.kind.key) };
        Plan::Made(Box::new(Made { place, change, schema: None, links: Vec::new(), kind, named, job: None }))
    }
}

/// What no two entries have in common.
fn place(row: &Row) -> (Uuid, String, String) {
    (row.content_type_id, row.locale.clone(), row.slug.clone())
}

fn same(has: &[Uuid], ids: &[Uuid]) -> bool {
    has.len() == ids.len() && has.iter().all(|id| ids.contains(id))
}

/// Whether one of these texts stands anywhere in a value. The nesting was bounded when it was read.
fn names(value: &Value, texts: &HashSet<String>) -> bool {
    match value {
        Value::String(text) => texts.contains(text),
        Value::Array(items) => items.iter().any(|item| names(item, texts)),
        Value::Object(fields) => fields.values().any(|item| names(item, texts)),
        _ => false,
    }
}
