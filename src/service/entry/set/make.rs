//! What a new entry is going to be.

use std::sync::Arc;

use super::{
    plan::{Made, Plan, Planner},
    what::Task,
};
use crate::{
    domain::entry::{CreateEntry, MAX_CATEGORIES, MAX_TAGS, Origin, Status},
    kit::id,
    service::entry::content,
    store::{entry::Row, entry_link::Links, entry_set::Change},
};

impl Planner<'_> {
    /// What becomes of a new entry; nothing where it has to be made alone.
    pub(super) fn make(
        &mut self,
        task: &Task<'_>,
        command: &CreateEntry,
        origin: Option<&Origin>,
    ) -> Option<Plan> {
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
}
