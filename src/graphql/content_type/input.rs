//! What clients give to change content types.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::{
    domain::{
        Result,
        content_type::{CreateContentType, UpdateContentType},
        node::Kind,
        text::{Name, Prose, TypeKey},
    },
    graphql::{change::Wrong, scalar::Json},
};

/// A content type that is to be made.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateContentTypeInput {
    /// The brand that it belongs to.
    brand_id: ID,
    /// What programs call it: 1 to 63 of `a-z 0-9 _`, beginning with a letter; unique in the brand, and never changed.
    key: String,
    /// What people call it, 1 to 200 characters.
    name: String,
    /// What it is for, at most 5,000 characters.
    description: Option<String>,
    /// The JSON Schema 2020-12 of its entries' custom fields: an object at the root, at most 64 KiB, `$ref` only to `#/…`.
    /// On properties, `x-filterable`, `x-sortable`, `x-searchable` and `x-unique` (true or false) say what may be done with a
    /// field; `x-reference`, `{"entry": true}`, `{"entry": ["key"]}` or `{"asset": true}`, says that it holds ids. In the objects
    /// of an array only `x-searchable` and `x-reference` may stand; `reference(field: "sections.author")` then finds the ids
    /// in all of them.
    schema: Json,
}

/// What is to change about a content type; what is left out stays.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateContentTypeInput {
    /// The content type.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another name.
    name: MaybeUndefined<String>,
    /// Another description; null takes it away.
    description: MaybeUndefined<String>,
    /// Another schema. Every entry is checked against it first; a conflict, with the report, where some would no longer fit.
    schema: MaybeUndefined<Json>,
    /// Only say what the schema would mean for the entries; change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// Take the schema although entries no longer fit. They stay as they are, and must be mended before they are published.
    #[graphql(default)]
    force: bool,
}

impl CreateContentTypeInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateContentType> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let key = wrong.take(TypeKey::parse(&self.key, "key"));
        let name = wrong.take(Name::parse(&self.name, "name"));
        let description = wrong.optional(self.description, |text| Prose::parse(&text, "description"));
        let schema = self.schema.0;
        let command = (|| {
            Some(CreateContentType { brand_id: brand_id?, key: key?, name: name?, description, schema })
        })();
        wrong.finish(command)
    }
}

impl UpdateContentTypeInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateContentType> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::ContentType, &self.id, "id");
        let name = wrong.change(self.name, "name", |text, at| Name::parse(&text, at));
        let description = wrong.patch(self.description, "description", |text, at| Prose::parse(&text, at));
        let schema = wrong.change(self.schema, "schema", |schema, _| Ok(schema.0));
        let command = id.map(|id| UpdateContentType {
            id,
            expected_version: self.expected_version,
            name,
            description,
            schema,
            dry_run: self.dry_run,
            force: self.force,
        });
        wrong.finish(command)
    }
}
