//! What becomes of an entry that is there.

use std::sync::Arc;

use chrono::SubsecRound;

use super::plan::{Known, Plan, Planner, same};
use crate::{
    domain::{
        change::{Changed, distinct},
        entry::{
            ChangeStatus, FieldsChange, LinkMode, MAX_CATEGORIES, MAX_TAGS, SetLinks, Status, Transition,
            UpdateEntry, merge,
        },
    },
    service::entry::{
        content, status,
        status::{kind, publication},
    },
    store::{covered, entry::Row, entry_link::Links},
};

impl Planner<'_> {
    pub(super) fn change(&mut self, place: usize, known: Known<'_>, command: &UpdateEntry) -> Option<Plan> {
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

    pub(super) fn turn(&self, place: usize, known: Known<'_>, command: &ChangeStatus) -> Option<Plan> {
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

    pub(super) fn link(
        &self,
        place: usize,
        known: Known<'_>,
        links: Links,
        command: &SetLinks,
    ) -> Option<Plan> {
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
}
