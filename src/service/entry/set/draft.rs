//! What becomes of entries, as far as it shows without asking what others have: by the rules of the single operations, in their
//! order, on rows that were loaded before.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Fault,
    load::{Loaded, Type},
    plan::{Made, Plan},
    what::{Task, What},
};
use crate::{
    domain::{
        Error, Result, Violation,
        access::{Facts, Grant, Permission},
        change::{check_version, check_version_unseen, distinct},
        entry::{MAX_CATEGORIES, MAX_TAGS, OneEntry, Status},
        node::{Kind, NodeId},
    },
    service::{
        Caller,
        entry::{content, status},
    },
    store::{covered, entry::Row, entry_link::Links, entry_set::Change},
};

/// Drafts one operation after the other.
pub(super) struct Drafter<'l> {
    caller: &'l Caller,
    pub(super) grant: &'l Grant,
    pub(super) loaded: &'l Loaded,
    pub(super) now: DateTime<Utc>,
    /// The entries that something is drafted for.
    seen: HashSet<Uuid>,
    /// Ids that were given out for what turned out to be there under another.
    elsewhere: HashSet<String>,
}

impl<'l> Drafter<'l> {
    pub(super) fn new(caller: &'l Caller, grant: &'l Grant, loaded: &'l Loaded, now: DateTime<Utc>) -> Self {
        Self { caller, grant, loaded, now, seen: HashSet::new(), elsewhere: HashSet::new() }
    }

    /// What becomes of an entry by an operation, or why nothing does.
    pub(super) fn draft(&mut self, task: &Task<'_>) -> Result<Plan, Fault> {
        match &task.what {
            What::Make(command, origin) => self.make(task, command, origin.as_ref()),
            What::Change(command) => {
                let tags = command.tags.clone().map(|ids| chosen(Links::Tags, ids)).transpose()?;
                let categories =
                    command.categories.clone().map(|ids| chosen(Links::Categories, ids)).transpose()?;
                let there =
                    self.open(task, OneEntry { id: command.id, expected_version: command.expected_version })?;
                self.may_change(there)?;
                self.change(there, command, [(Links::Tags, tags), (Links::Categories, categories)])
            }
            What::Status(command) => {
                let there = self.open(task, command.entry)?;
                self.turn(there, command)
            }
            What::Link(links, command) => {
                let ids = chosen(*links, command.ids.clone())?;
                let there = self.open(task, command.entry)?;
                self.may_change(there)?;
                self.link(there, *links, command, ids)
            }
            What::Delete(entry) => {
                let there = self.open(task, **entry)?;
                self.may_change(there)?;
                let after = Row { deleted_at: Some(self.now), ..there.row.clone() };
                let made = there.made(after, "entry.deleted", "deleted");
                made.change.granted(self.grant)?;
                Ok(made.into())
            }
        }
    }

    /// An entry that the caller may do something with, in the version that they have seen.
    fn open(&mut self, task: &Task<'_>, entry: OneEntry) -> Result<There<'l>, Fault> {
        if let Some(error) = self.loaded.outside.get(&entry.id) {
            return Err(error.clone().into());
        }
        let row = self.loaded.rows.get(&entry.id).ok_or_else(|| Error::not_found("the entry"))?;
        if !self.seen.insert(row.id) {
            return Err(Fault::Alone);
        }
        if let Some(given) = task.id.filter(|given| *given != row.id) {
            self.elsewhere.insert(NodeId::new(Kind::Entry, given).to_string());
        }
        let kind = self.loaded.types.get(&row.content_type_id).and_then(|found| found.as_ref().ok());
        let there = There { grant: self.grant, row, kind: kind.ok_or(Fault::Alone)? };
        match there.granted(|grant, facts| grant.covers_entry(row.brand_id, facts)) {
            Err(error) if task.upsert && error.conceals().is_some() => return Err(Fault::Alone),
            granted => granted?,
        }
        there.kind.locales.as_ref().map_err(Error::clone)?;
        if let Err(conflict) = check_version(entry.expected_version, row.version) {
            let brand = row.brand_id;
            if !self.grant.unrestricted_in(brand) && !self.grant.shows_named(brand, &there.facts(), "version")
            {
                check_version_unseen(entry.expected_version, row.version)?;
            }
            return Err(conflict.into());
        }
        Ok(there)
    }

    /// Passes where the caller may change what is public or scheduled, where the entry is.
    fn may_change(&self, there: There<'_>) -> Result<(), Fault> {
        if matches!(status(there.row)?, Status::Published | Status::Scheduled) {
            let brand = there.row.brand_id;
            let grant = self.caller.actor.grant_in(Permission::EntryPublish, brand)?;
            There { grant: &grant, ..there }.granted(|grant, facts| grant.covers_entry(brand, facts))?;
        }
        Ok(())
    }

    /// Passes where custom fields are good, with what else is wrong.
    pub(super) fn checked(&self, kind: &Type, fields: &Value, more: Option<Violation>) -> Result<(), Fault> {
        if !self.elsewhere.is_empty() && names(fields, &self.elsewhere) {
            return Err(Fault::Alone);
        }
        let mut violations = content::violations(&kind.schema, fields);
        violations.extend(more);
        Ok(content::refuse(violations, self.grant, kind.row.brand_id)?)
    }
}

/// Tags or categories that are all different, and not too many.
pub(super) fn chosen(links: Links, ids: Vec<Uuid>) -> Result<Vec<Uuid>> {
    distinct(ids, most(links), links.argument())
}

/// How many tags or categories an entry may have.
pub(super) const fn most(links: Links) -> u32 {
    match links {
        Links::Tags => MAX_TAGS,
        Links::Categories => MAX_CATEGORIES,
    }
}

/// An entry that is there, with its type.
#[derive(Clone, Copy)]
pub(super) struct There<'l> {
    pub(super) grant: &'l Grant,
    pub(super) row: &'l Row,
    pub(super) kind: &'l Type,
}

impl There<'_> {
    fn facts(&self) -> Facts<'_> {
        covered::facts(self.row, &self.kind.key)
    }

    pub(super) fn granted(&self, asked: impl FnOnce(&Grant, &Facts<'_>) -> Result<()>) -> Result<()> {
        if self.grant.unrestricted_in(self.row.brand_id) {
            return Ok(());
        }
        asked(self.grant, &self.facts())
    }

    pub(super) fn made(&self, after: Row, kind: &'static str, named: &'static str) -> Made {
        let change =
            Change { before: Some(self.row.clone()), after, type_key: std::sync::Arc::clone(&self.kind.key) };
        Made { change, open: false, schema: None, links: Vec::new(), kind, named, job: None }
    }
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
