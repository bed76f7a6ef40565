//! The mutation that makes an entry or changes the one that is there.

use async_graphql::{Context, ID, InputObject, Object};
use serde_json::{Map, Value};

use super::mutation::EntryPayload;
use crate::{
    domain::{
        Error, Result,
        entry::{MAX_EXTERNAL_ID, Origin, UpsertEntry},
        node::Kind,
        text::{Locale, Slug, Title},
    },
    graphql::{
        change::{Payload, Wrong, change},
        scalar::Json,
    },
    service,
};

/// What a source calls an entry; its translations are called the same.
#[derive(Debug, InputObject)]
struct EntryOriginInput {
    /// The source, of the same brand.
    source_id: ID,
    /// Its id there, 1 to 500 characters.
    external_id: String,
}

/// An entry as it is to be, whether it is there already or not.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpsertEntryInput {
    /// What finds the entry, together with the locale. Where it is left out, content type, slug and locale find it.
    origin: Option<EntryOriginInput>,
    /// The version you have seen, a conflict where it is no longer the current one or there is no such entry; 0 where there must be
    /// none yet. Where it is left out, whatever is there is changed.
    expected_version: Option<i32>,
    /// Its content type, which also says its brand; that of an entry that is there does not change.
    content_type_id: ID,
    /// The part of an address that names it, 1 to 200 characters; unique among the entries of its type and locale.
    slug: String,
    /// Its headline, 1 to 500 characters.
    title: String,
    /// Its language, one of the brand's locales; the brand's default where it is left out.
    locale: Option<String>,
    /// All its custom fields; none where they are left out. At most 256 KiB.
    fields: Option<Json>,
    /// All its tags; those of an entry that is there stay where they are left out.
    tags: Option<Vec<ID>>,
    /// All its categories; those of an entry that is there stay where they are left out.
    categories: Option<Vec<ID>>,
}

impl UpsertEntryInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpsertEntry> {
        let mut wrong = Wrong::default();
        let origin = self.origin.and_then(|origin| {
            let source_id = wrong.key(Kind::Source, &origin.source_id, "origin/sourceId");
            let external_id = wrong.take(external(origin.external_id));
            Some(Origin { source_id: source_id?, external_id: external_id? })
        });
        let content_type_id = wrong.key(Kind::ContentType, &self.content_type_id, "contentTypeId");
        let slug = wrong.take(Slug::parse(&self.slug, "slug"));
        let title = wrong.take(Title::parse(&self.title, "title"));
        let locale = wrong.optional(self.locale, |text| Locale::parse(&text, "locale"));
        let tags = self.tags.map(|ids| wrong.keys(Kind::Tag, &ids, "tags"));
        let categories = self.categories.map(|ids| wrong.keys(Kind::Category, &ids, "categories"));
        if self.expected_version.is_some_and(|expected| expected < 0) {
            wrong.take::<()>(Err(Error::invalid("expectedVersion", "minimum", "must be 0 or more")));
        }
        let fields = self.fields.map_or_else(|| Value::Object(Map::new()), |json| json.0);
        let expected_version = self.expected_version;
        let command = (|| {
            Some(UpsertEntry {
                origin,
                expected_version,
                content_type_id: content_type_id?,
                slug: slug?,
                title: title?,
                locale,
                fields,
                tags,
                categories,
            })
        })();
        wrong.finish(command)
    }
}

fn external(id: String) -> Result<String> {
    let count = id.chars().count();
    if id.trim().is_empty() || id.chars().any(char::is_control) {
        return Err(Error::invalid("origin/externalId", "external_id", "must be text on one line"));
    }
    if count > MAX_EXTERNAL_ID {
        let message = format!("must have at most {MAX_EXTERNAL_ID} characters, but has {count}");
        return Err(Error::invalid("origin/externalId", "max_length", message));
    }
    Ok(id)
}

/// The mutation of an entry that is there or not.
#[derive(Debug, Default)]
pub(in crate::graphql) struct EntryUpsertMutation;

#[Object]
impl EntryUpsertMutation {
    /// Makes an entry, as a draft, or changes the one that has the same id at the source, or else the same content type, slug and locale.
    /// What is the same already stays as it is, its version too. Needs `entry:write`, and `entry:publish` where the entry is public
    /// or scheduled.
    async fn upsert_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The entry.")] input: UpsertEntryInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::upsert(&services, &caller, command).await.map(Into::into)
        })
        .await
    }
}
