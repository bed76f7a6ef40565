//! What becomes of an entry that is there.

use std::sync::Arc;

use chrono::SubsecRound;
use uuid::Uuid;

use super::{
    Fault,
    draft::{Drafter, There, most},
    plan::Plan,
};
use crate::{
    domain::{
        Error,
        change::Changed,
        entry::{ChangeStatus, FieldsChange, LinkMode, SetLinks, Status, Transition, UpdateEntry, merge},
    },
    service::entry::{
        status,
        status::{kind, publication},
    },
    store::{covered, entry::Row, entry_link::Links},
};

impl Drafter<'_> {
    /// Another slug, headline, fields, tags or categories, as far as they are given.
    pub(super) fn change(
        &self,
        there: There<'_>,
        command: &UpdateEntry,
        given: [(Links, Option<Vec<Uuid>>); 2],
    ) -> Result<Plan, Fault> {
        let There { row, kind, .. } = there;
        let names = [("slug", command.slug.is_some()), ("title", command.title.is_some())];
        let links = given.iter().map(|(which, ids)| (which.argument(), ids.is_some()));
        let names: Vec<&str> =
            names.into_iter().chain(links).filter_map(|(name, given)| given.then_some(name)).collect();
        let inside = match &command.fields {
            FieldsChange::Keep => None,
            FieldsChange::Replace(fields) | FieldsChange::Merge(fields) => Some(fields),
        };
        there.granted(|grant, facts| grant.covers_naming(row.brand_id, facts, &names, inside))?;
        let fields = match &command.fields {
            FieldsChange::Keep => None,
            FieldsChange::Replace(fields) => Some(covered::kept(self.grant, row, &kind.key, fields.clone())),
            FieldsChange::Merge(patch) => Some(merge(row.fields.clone(), patch.clone())),
        };
        let mut after = row.clone();
        after.slug = command.slug.as_ref().map_or(after.slug, |slug| slug.as_str().to_owned());
        after.title = command.title.as_ref().map_or(after.title, |title| title.as_str().to_owned());
        let filled = fields.is_some();
        after.fields = fields.unwrap_or(after.fields);
        let links: Vec<_> = given.into_iter().filter_map(|(which, ids)| Some((which, ids?))).collect();
        if after == *row && self.linked(there, &links)? {
            return Ok(Plan::Same(Changed { id: row.id, version: row.version }));
        }
        if filled {
            self.checked(kind, &after.fields, None)?;
            after.search_text = kind.schema.search_text(&after.fields);
        }
        let mut made = there.made(after, "entry.updated", "updated");
        if made.change.after.slug != row.slug {
            // Before anybody says that it is taken.
            let mut slug = made.change.clone();
            slug.after = Row { slug: slug.after.slug, ..row.clone() };
            slug.granted(self.grant)?;
        }
        made.open = true;
        made.schema = filled.then(|| Arc::clone(&kind.schema));
        made.links = links
            .into_iter()
            .map(|(which, ids)| (which, self.loaded.linked(which, row.id).to_vec(), ids))
            .collect();
        Ok(made.into())
    }

    /// Whether the entry has exactly these tags and categories.
    fn linked(&self, there: There<'_>, links: &[(Links, Vec<Uuid>)]) -> Result<bool, Error> {
        for (which, ids) in links {
            let row = there.row;
            there.granted(|grant, facts| grant.covers_links(row.brand_id, facts, which.argument()))?;
            let has = self.loaded.linked(*which, row.id);
            if has.len() != ids.len() || !has.iter().all(|id| ids.contains(id)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Another status.
    pub(super) fn turn(&self, there: There<'_>, command: &ChangeStatus) -> Result<Plan, Fault> {
        let row = there.row;
        there.granted(|grant, facts| grant.covers_naming(row.brand_id, facts, &["status"], None))?;
        let transition = command.transition;
        let Some(next) = transition.from(status(row)?)? else {
            return Ok(Plan::Same(Changed { id: row.id, version: row.version }));
        };
        if matches!(next, Status::Published | Status::Scheduled) {
            self.checked(there.kind, &row.fields, None)?;
        }
        let mut after =
            Row { status: next.name().to_owned(), scheduled_at: None, publish_problem: None, ..row.clone() };
        let mut job = None;
        match transition {
            Transition::Publish => after.published_at = after.published_at.or(Some(self.now)),
            Transition::Schedule(at) => {
                let at = at.trunc_subsecs(6);
                if at <= self.now {
                    return Err(Error::invalid("at", "past", "must be a moment to come").into());
                }
                after.scheduled_at = Some(at);
                job = Some(publication(row.id, at));
            }
            Transition::Unpublish | Transition::Archive => {}
        }
        let mut made = there.made(after, kind(transition), transition.change());
        made.job = job;
        made.change.granted(self.grant)?;
        Ok(made.into())
    }

    /// Other tags or categories; `ids` are those of the command.
    pub(super) fn link(
        &self,
        there: There<'_>,
        links: Links,
        command: &SetLinks,
        ids: Vec<Uuid>,
    ) -> Result<Plan, Fault> {
        let row = there.row;
        let named = if links == Links::Tags { "tagged" } else { "categorised" };
        there.granted(|grant, facts| grant.covers_links(row.brand_id, facts, links.argument()))?;
        // What is gone does no harm where it is taken off.
        if command.mode != LinkMode::Remove {
            self.loaded.known(links, row.brand_id, &ids)?;
        }
        let has = self.loaded.linked(links, row.id).to_vec();
        let ids: Vec<Uuid> = match command.mode {
            LinkMode::Remove => has.iter().filter(|id| !ids.contains(id)).copied().collect(),
            LinkMode::Set => ids,
            LinkMode::Add => {
                let new = ids.into_iter().filter(|id| !has.contains(id));
                has.iter().copied().chain(new).collect()
            }
        };
        let (count, most) = (ids.len() as u64, most(links));
        if count > u64::from(most) {
            return Err(Error::limit(links.argument(), most, count).into());
        }
        let mut made = there.made(row.clone(), "entry.updated", named);
        made.change.granted(self.grant)?;
        made.links.push((links, has, ids));
        Ok(made.into())
    }
}
