//! What becomes of entries, decided in memory one after the other by the rules of the single operations. Where something is wrong, or
//! depends on an earlier one, nothing is planned: the operation is then done alone, which says what it is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    load::{Loaded, Type},
    what::{Task, What},
};
use crate::{
    domain::{
        Result,
        access::{Facts, Grant, Permission},
        change::{Changed, check_version, distinct},
        entry::Status,
        fields::Schema,
        node::{Kind, NodeId},
    },
    queue::NewJob,
    service::{
        Caller,
        entry::{content, status},
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
    pub(super) grant: &'l Grant,
    pub(super) loaded: &'l Loaded,
    pub(super) now: DateTime<Utc>,
    /// The entries that were planned for.
    seen: HashSet<Uuid>,
    /// The slugs that entries of the set have, or are going to have.
    slugs: HashMap<(Uuid, String, String), Uuid>,
    /// Ids that were given out for what turned out to be there under another.
    elsewhere: HashSet<String>,
}

impl<'l> Planner<'l> {
    pub(super) fn new(caller: &'l Caller, grant: &'l Grant, loaded: &'l Loaded, now: DateTime<Utc>) -> Self {
        let slugs = loaded.rows.values().map(|row| (place(row), row.id)).collect();
        let (seen, elsewhere) = (HashSet::new(), HashSet::new());
        Self { caller, grant, loaded, now, seen, slugs, elsewhere }
    }

    /// What becomes of an entry by an operation; nothing where it has to be done alone.
    pub(super) fn plan(&mut self, task: &Task<'_>) -> Option<Plan> {
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

    /// Passes where the custom fields are good, and name nothing that turned out to be somewhere else.
    pub(super) fn checked(&self, kind: &Type, fields: &Value) -> Option<()> {
        let good = content::violations(&kind.schema, fields).is_empty();
        let moved = !self.elsewhere.is_empty() && names(fields, &self.elsewhere);
        (good && !moved).then_some(())
    }

    /// Passes where the caller may change what is public or scheduled, where the entry is.
    pub(super) fn may_change(&self, known: Known<'_>) -> Option<()> {
        if matches!(status(known.row).ok()?, Status::Published | Status::Scheduled) {
            let brand = known.row.brand_id;
            let grant = self.caller.actor.grant_in(Permission::EntryPublish, brand).ok()?;
            Known { grant: &grant, ..known }.granted(|grant, facts| grant.covers_entry(brand, facts))?;
        }
        Some(())
    }

    /// Passes where no other entry of the set has the slug, or is going to have it.
    pub(super) fn take_slug(&mut self, row: &Row) -> Option<()> {
        let holder = *self.slugs.entry(place(row)).or_insert(row.id);
        (holder == row.id).then_some(())
    }

    /// Ids that are all different, not too many, and all the brand's.
    pub(super) fn terms(&self, links: Links, brand: Uuid, ids: &[Uuid], most: u32) -> Option<Vec<Uuid>> {
        let ids = distinct(ids.to_vec(), most, "").ok()?;
        self.loaded.has(links, brand, &ids).then_some(ids)
    }
}

/// An entry that is there, with its type.
#[derive(Clone, Copy)]
pub(super) struct Known<'l> {
    pub(super) grant: &'l Grant,
    pub(super) row: &'l Row,
    pub(super) kind: &'l Type,
}

impl Known<'_> {
    pub(super) fn granted(&self, asked: impl FnOnce(&Grant, &Facts<'_>) -> Result<()>) -> Option<()> {
        if self.grant.unrestricted_in(self.row.brand_id) {
            return Some(());
        }
        asked(self.grant, &covered::facts(self.row, &self.kind.key)).ok()
    }

    pub(super) fn made(&self, place: usize, after: Row, kind: &'static str, named: &'static str) -> Plan {
        let change = Change { before: Some(self.row.clone()), after, type_key: Arc::clone(&self.kind.key) };
        Plan::Made(Box::new(Made { place, change, schema: None, links: Vec::new(), kind, named, job: None }))
    }
}

/// What no two entries have in common.
fn place(row: &Row) -> (Uuid, String, String) {
    (row.content_type_id, row.locale.clone(), row.slug.clone())
}

pub(super) fn same(has: &[Uuid], ids: &[Uuid]) -> bool {
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
