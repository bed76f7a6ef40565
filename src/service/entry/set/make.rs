//! What a new entry is going to be.

use std::sync::Arc;

use super::{
    Fault,
    draft::{Drafter, chosen},
    plan::{Made, Plan},
    what::Task,
};
use crate::{
    domain::entry::{CreateEntry, Origin, Status},
    kit::id,
    service::entry::content,
    store::{entry::Row, entry_link::Links, entry_set::Change},
};

impl Drafter<'_> {
    /// A new entry, as far as nobody else has anything to do with it.
    pub(super) fn make(
        &self,
        task: &Task<'_>,
        command: &CreateEntry,
        origin: Option<&Origin>,
    ) -> Result<Plan, Fault> {
        let tags = chosen(Links::Tags, command.tags.clone())?;
        let categories = chosen(Links::Categories, command.categories.clone())?;
        let kind = self.loaded.types.get(&command.content_type_id).ok_or(Fault::Alone)?;
        let kind = kind.as_ref().map_err(Clone::clone)?;
        let brand = kind.row.brand_id;
        self.grant.covers_type(brand, &kind.key)?;
        let locales = kind.locales.as_ref().map_err(Clone::clone)?;
        let locale = command.locale.as_ref().unwrap_or_else(|| locales.default());
        self.checked(kind, &command.fields, content::unknown_locale(locales, locale.as_str()))?;
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
        let change = Change { before: None, after, type_key: Arc::clone(&kind.key) };
        change.granted(self.grant)?;
        let links = [(Links::Tags, tags), (Links::Categories, categories)].into_iter();
        let links = links.filter(|(_, ids)| !ids.is_empty()).map(|(which, ids)| (which, Vec::new(), ids));
        let schema = Some(Arc::clone(&kind.schema));
        let (kind, named) = ("entry.created", "created");
        Ok(Made { change, open: true, schema, links: links.collect(), kind, named, job: None }.into())
    }
}
