//! The root fields that read: which noun, one or a page, and how one is named.

use std::sync::Arc;

use async_graphql::parser::types::{Field, SelectionSet};

use super::{
    Place, Selector,
    input::{Input, Inputs},
    page,
};
use crate::domain::{
    Error, Result,
    catalog::{Catalog, Join, Noun},
    node::NodeId,
    read::{Comparison, LIMITS, Literal, One, Operand, Plan, Predicate, RelatedTo, Rows},
    taxonomy::MAX_DEPTH,
};

/// What a root field reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graphql) enum Root {
    /// One row, named by `by`.
    One(&'static str),
    /// A page.
    Page(&'static str),
    /// One row of any kind, by its id.
    Node,
    /// Rows of any kind, by their ids.
    Nodes,
}

impl Root {
    /// The root fields that read, in the order of the schema.
    pub(in crate::graphql) const ALL: [(&'static str, Self); 27] = [
        ("node", Self::Node),
        ("nodes", Self::Nodes),
        ("brand", Self::One("Brand")),
        ("brands", Self::Page("Brand")),
        ("contentType", Self::One("ContentType")),
        ("contentTypes", Self::Page("ContentType")),
        ("entry", Self::One("Entry")),
        ("entries", Self::Page("Entry")),
        ("asset", Self::One("Asset")),
        ("assets", Self::Page("Asset")),
        ("upload", Self::One("Upload")),
        ("uploads", Self::Page("Upload")),
        ("source", Self::One("Source")),
        ("sources", Self::Page("Source")),
        ("tag", Self::One("Tag")),
        ("tags", Self::Page("Tag")),
        ("category", Self::One("Category")),
        ("categories", Self::Page("Category")),
        ("role", Self::One("Role")),
        ("roles", Self::Page("Role")),
        ("member", Self::One("Member")),
        ("members", Self::Page("Member")),
        ("auditLog", Self::Page("AuditRecord")),
        ("apiKey", Self::One("ApiKey")),
        ("apiKeys", Self::Page("ApiKey")),
        ("application", Self::One("Application")),
        ("applications", Self::Page("Application")),
    ];

    /// The root field of that name.
    pub(in crate::graphql) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, root)| *root)
    }

    /// Whether the schema says that there is always a value.
    pub(in crate::graphql) const fn always(self) -> bool {
        matches!(self, Self::Page(_) | Self::Nodes)
    }
}

/// The ids that `nodes` was given.
pub(in crate::graphql) fn nodes(selector: &Selector<'_>, field: &Field) -> Result<Vec<NodeId>> {
    let arguments = selector.arguments(field)?;
    let ids = Inputs::of_field(&arguments).get("ids")?.items();
    if ids.len() > LIMITS.max_nodes as usize {
        return Err(Error::limit_at(
            "ids",
            ("max_nodes", "ids in one `nodes`"),
            LIMITS.max_nodes,
            ids.len() as u64,
        ));
    }
    ids.iter().map(|id| NodeId::parse(id.text()?, id.path())).collect()
}

impl<'d> Selector<'d> {
    /// The plan of a root field that reads one row or one page.
    pub(in crate::graphql) fn root(
        &self,
        root: Root,
        field: &'d Field,
        sets: impl Iterator<Item = &'d SelectionSet>,
    ) -> Result<Plan> {
        let arguments = self.arguments(field)?;
        let arguments = Inputs::of_field(&arguments);
        match root {
            Root::Node => {
                let id = arguments.get("id")?;
                self.node(NodeId::parse(id.text()?, id.path())?, sets)
            }
            Root::Nodes => Err(Error::internal("`nodes` is read id by id")),
            Root::One(noun) => {
                let noun = self.catalog.noun(noun)?;
                let (name, input) = arguments.get("by")?.object()?.one_of()?;
                let predicate = by(self, noun, name, &input)?;
                self.one_of(noun, predicate, sets)
            }
            Root::Page(noun) => {
                let noun = self.catalog.noun(noun)?;
                self.connection(noun, None, None, &arguments, sets, Place::ROOT)
                    .map(|page| Plan::Connection(Box::new(page)))
            }
        }
    }

    /// The plan of one row by its id.
    pub(in crate::graphql) fn node(
        &self,
        id: NodeId,
        sets: impl Iterator<Item = &'d SelectionSet>,
    ) -> Result<Plan> {
        let noun = self.catalog.noun(id.kind.type_name())?;
        let key = Literal::Key(id.id);
        self.one_of(noun, Predicate::Compare(Operand::Key(noun.key), Comparison::Eq, key), sets)
    }

    fn one_of(
        &self,
        noun: &Arc<Noun>,
        predicate: Predicate,
        sets: impl Iterator<Item = &'d SelectionSet>,
    ) -> Result<Plan> {
        let order = page::default_order(noun, None);
        let rows = Rows { noun: Arc::clone(noun), predicate, order, search: None, via: None };
        let selection = self.selection(noun, sets, Place::ROOT)?;
        Ok(Plan::One(Box::new(One { rows, selection })))
    }
}

/// The condition that names one row.
fn by(selector: &Selector<'_>, noun: &Arc<Noun>, name: &str, input: &Input<'_>) -> Result<Predicate> {
    let catalog = selector.catalog;
    match (noun.name.as_ref(), name) {
        (_, "id") => {
            let kind = noun.kind.ok_or_else(|| Error::internal("a noun without ids is named by one"))?;
            let id = NodeId::parse_as(kind, input.text()?, input.path())?;
            Ok(Predicate::Compare(Operand::Key(noun.key), Comparison::Eq, Literal::Key(id)))
        }
        ("Brand", "slug") => equal(noun, "slug", input.text()?),
        ("Application", "clientId") => equal(noun, "client_id", input.text()?),
        ("Source", "name") => equal(noun, "name", input.text()?),
        ("ContentType", "key") => {
            let fields = input.object()?;
            fields.only(&["brand", "key"])?;
            Ok(of_brand(catalog, &fields)?.and(equal(noun, "key", fields.get("key")?.text()?)?))
        }
        ("Role", "name") => {
            let fields = input.object()?;
            fields.only(&["brand", "name"])?;
            Ok(of_brand(catalog, &fields)?.and(equal(noun, "name", fields.get("name")?.text()?)?))
        }
        ("Tag", "slug") => {
            let fields = input.object()?;
            fields.only(&["brand", "slug"])?;
            Ok(of_brand(catalog, &fields)?.and(equal(noun, "slug", fields.get("slug")?.text()?)?))
        }
        ("Category", "path") => {
            let fields = input.object()?;
            fields.only(&["brand", "path"])?;
            Ok(of_brand(catalog, &fields)?.and(by_path(noun, &fields.get("path")?)?))
        }
        ("Entry" | "Asset", "external") => {
            let fields = input.object()?;
            fields.only(&["source", "id"])?;
            let source = catalog.noun("Source")?;
            Ok(named(source, "source_id", equal(source, "name", fields.get("source")?.text()?)?).and(equal(
                noun,
                "external_id",
                fields.get("id")?.text()?,
            )?))
        }
        ("Entry", "slug") => by_slug(selector, noun, &input.object()?),
        _ => Err(input.unknown(&format!("a field of {}By", noun.name))),
    }
}

/// A category by the slugs from the root down, since a slug is unique under its parent alone.
fn by_path(noun: &Arc<Noun>, input: &Input<'_>) -> Result<Predicate> {
    let slugs = input.items();
    if slugs.len() > MAX_DEPTH as usize {
        return Err(Error::limit_at(
            input.path(),
            ("category_depth", "levels of categories"),
            MAX_DEPTH,
            slugs.len() as u64,
        ));
    }
    let mut above: Option<Predicate> = None;
    for slug in &slugs {
        let place = match above {
            Some(parent) => named(noun, "parent_id", parent),
            None => Predicate::Present(Operand::Key("parent_id"), false),
        };
        above = Some(equal(noun, "slug", slug.text()?)?.and(place));
    }
    above.ok_or_else(|| input.wrong("required", "must hold at least one slug"))
}

/// An entry by its address: brand, type and slug find a set of translations, the locale picks one of them.
fn by_slug(selector: &Selector<'_>, noun: &Arc<Noun>, fields: &Inputs<'_>) -> Result<Predicate> {
    let catalog = selector.catalog;
    fields.only(&["brand", "type", "slug", "locale"])?;
    let content_type = catalog.noun("ContentType")?;
    let addressed = of_brand(catalog, fields)?
        .and(named(content_type, "content_type_id", equal(content_type, "key", fields.get("type")?.text()?)?))
        .and(equal(noun, "slug", fields.get("slug")?.text()?)?);
    let wanted = fields.find("locale").map(|input| selector.locale(&input)).transpose()?;
    let (code, fallback) = wanted.map_or((None, true), |wanted| (Some(wanted.code), wanted.fallback));
    if let (Some(code), false) = (&code, fallback) {
        return Ok(addressed.and(equal(noun, "locale", code)?));
    }
    let translations = Predicate::Addressed(code.clone(), Box::new(addressed));
    Ok(translations.and(Predicate::BestLocale(code, Box::new(Predicate::all()))))
}

/// The condition that a row belongs to the brand whose slug was given as `brand`.
fn of_brand(catalog: &Catalog, fields: &Inputs<'_>) -> Result<Predicate> {
    let brand = catalog.noun("Brand")?;
    Ok(named(brand, "brand_id", equal(brand, "slug", fields.get("brand")?.text()?)?))
}

fn equal(noun: &Noun, column: &str, text: &str) -> Result<Predicate> {
    let column = noun.column(column).ok_or_else(|| Error::internal(format!("no column {column}")))?;
    Ok(Predicate::Compare(Operand::Column(*column), Comparison::Eq, Literal::Text(text.to_owned())))
}

fn named(noun: &Arc<Noun>, column: &'static str, predicate: Predicate) -> Predicate {
    let noun = Arc::clone(noun);
    Predicate::Related(Box::new(RelatedTo { noun, join: Join::to(column), field: None, predicate }))
}
