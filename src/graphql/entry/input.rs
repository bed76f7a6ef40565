//! What clients give to create and change entries.

use async_graphql::{ID, InputObject, MaybeUndefined};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    domain::{
        Error, Result,
        entry::{CreateEntry, FieldsChange, OneEntry, UpdateEntry},
        node::Kind,
        text::{Locale, Slug, Title},
    },
    graphql::{change::Wrong, scalar::Json},
};

/// An entry that is to be made, as a draft.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateEntryInput {
    /// Its content type, which also says its brand.
    content_type_id: ID,
    /// The part of an address that names it, 1 to 200 characters; unique among the entries of its type and locale.
    slug: String,
    /// Its headline, 1 to 500 characters.
    title: String,
    /// Its language, one of the brand's locales; the brand's default where it is left out.
    locale: Option<String>,
    /// Its custom fields, as its content type's schema has them; none where they are left out. At most 256 KiB.
    fields: Option<Json>,
    /// Its tags, at most 100, all of the brand.
    #[graphql(default)]
    tags: Vec<ID>,
    /// Its categories, at most 50, all of the brand.
    #[graphql(default)]
    categories: Vec<ID>,
    /// The entry, of the same content type, that this one says in another language.
    translation_of: Option<ID>,
}

/// What is to change about an entry; what is left out stays.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateEntryInput {
    /// The entry.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another slug.
    slug: MaybeUndefined<String>,
    /// Another headline.
    title: MaybeUndefined<String>,
    /// Other custom fields, in place of all there are.
    fields: MaybeUndefined<Json>,
    /// Custom fields to merge into those there are (RFC 7396): null removes one, objects are merged, everything else is
    /// replaced. Not together with `fields`.
    fields_patch: MaybeUndefined<Json>,
    /// All its tags anew.
    tags: MaybeUndefined<Vec<ID>>,
    /// All its categories anew.
    categories: MaybeUndefined<Vec<ID>>,
}

/// An entry, and the version of it that you have seen.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct OneEntryInput {
    /// The entry.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

impl OneEntryInput {
    pub(in crate::graphql) fn parse(&self) -> Result<OneEntry> {
        one(&self.id, self.expected_version)
    }
}

/// An entry by its id.
pub(super) fn one(id: &ID, expected_version: Option<i32>) -> Result<OneEntry> {
    let mut wrong = Wrong::default();
    let id = wrong.key(Kind::Entry, id, "id");
    wrong.finish(id.map(|id| OneEntry { id, expected_version }))
}

impl CreateEntryInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateEntry> {
        let mut wrong = Wrong::default();
        let content_type_id = wrong.key(Kind::ContentType, &self.content_type_id, "contentTypeId");
        let slug = wrong.take(Slug::parse(&self.slug, "slug"));
        let title = wrong.take(Title::parse(&self.title, "title"));
        let locale = wrong.optional(self.locale, |text| Locale::parse(&text, "locale"));
        let tags = wrong.keys(Kind::Tag, &self.tags, "tags");
        let categories = wrong.keys(Kind::Category, &self.categories, "categories");
        let translation_of = self.translation_of.and_then(|id| wrong.key(Kind::Entry, &id, "translationOf"));
        let fields = self.fields.map_or_else(|| Value::Object(Map::new()), |json| json.0);
        let command = (|| {
            Some(CreateEntry {
                content_type_id: content_type_id?,
                slug: slug?,
                title: title?,
                locale,
                fields,
                tags,
                categories,
                translation_of,
            })
        })();
        wrong.finish(command)
    }
}

impl UpdateEntryInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateEntry> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Entry, &self.id, "id");
        let slug = wrong.change(self.slug, "slug", |text, at| Slug::parse(&text, at));
        let title = wrong.change(self.title, "title", |text, at| Title::parse(&text, at));
        let whole = wrong.change(self.fields, "fields", |json, _| Ok(json.0));
        let patch = wrong.change(self.fields_patch, "fieldsPatch", |json, _| Ok(json.0));
        let fields = match (whole, patch) {
            (None, None) => FieldsChange::Keep,
            (Some(fields), None) => FieldsChange::Replace(fields),
            (None, Some(patch)) => {
                if !patch.is_object() {
                    wrong.take::<()>(Err(Error::invalid("fieldsPatch", "type", "must be object")));
                }
                FieldsChange::Merge(patch)
            }
            (Some(_), Some(_)) => {
                let message = "must not be given together with fields";
                wrong.take::<()>(Err(Error::invalid("fieldsPatch", "exclusive", message)));
                FieldsChange::Keep
            }
        };
        let tags = keys(&mut wrong, Kind::Tag, self.tags, "tags");
        let categories = keys(&mut wrong, Kind::Category, self.categories, "categories");
        let command = id.map(|id| UpdateEntry {
            id,
            expected_version: self.expected_version,
            slug,
            title,
            fields,
            tags,
            categories,
        });
        wrong.finish(command)
    }
}

fn keys(wrong: &mut Wrong, kind: Kind, given: MaybeUndefined<Vec<ID>>, at: &str) -> Option<Vec<Uuid>> {
    let ids = wrong.change(given, at, |ids, _| Ok(ids))?;
    Some(wrong.keys(kind, &ids, at))
}
