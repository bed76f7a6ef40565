//! The query type: its fields that read, and the inputs that name one row.

use std::sync::Arc;

use async_graphql::registry::{MetaField, Registry};
use indexmap::IndexMap;

use super::{BUILDING, NODE, add_input, add_one_of, argument, connection, field};
use crate::{
    domain::{catalog::Catalog, read::LIMITS, taxonomy::MAX_DEPTH},
    graphql::select::Root,
};

/// The fields of the query type that read nouns.
pub(in crate::graphql) fn query(registry: &mut Registry) -> IndexMap<String, MetaField> {
    super::nouns(registry);
    selectors(registry);
    let Some(catalog) = BUILDING.with_borrow(|building: &Option<Arc<Catalog>>| building.clone()) else {
        return IndexMap::new();
    };
    Root::ALL.iter().map(|(name, root)| root_field(name, *root, &catalog)).collect()
}

fn root_field(name: &str, root: Root, catalog: &Catalog) -> (String, MetaField) {
    match root {
        Root::Node => {
            let (name, mut built) =
                field(name, NODE, "Whatever has this id; null where nothing has, or it is not yours to see.");
            built.args.extend([argument("id", "ID!", "The global id.")]);
            (name, built)
        }
        Root::Nodes => {
            let (name, mut built) = field(
                name,
                format!("[{NODE}]!"),
                "Whatever has these ids, in their order; null for each that nothing has, or that is not yours to see.",
            );
            let doc = format!("The global ids, {} at the most.", LIMITS.max_nodes);
            built.args.extend([argument("ids", "[ID!]!", &doc)]);
            (name, built)
        }
        Root::One(noun) => {
            let doc = format!("One {noun}; null where there is none, or it is not yours to see.");
            let (name, mut built) = field(name, noun, &doc);
            built.args.extend([argument("by", format!("{noun}By!"), "What names it.")]);
            (name, built)
        }
        Root::Page(noun) => {
            let (name, mut built) = match catalog.noun(noun) {
                Ok(noun) => {
                    let doc = format!("A page of {}, of every brand that is yours to see.", noun.plural);
                    let (name, mut built) = field(name, format!("{}Connection!", noun.name), &doc);
                    built.args.extend(connection::arguments(noun));
                    (name, built)
                }
                Err(_) => field(name, format!("{noun}Connection!"), ""),
            };
            built.ty = format!("{noun}Connection!");
            (name, built)
        }
    }
}

/// The inputs that name one row.
fn selectors(registry: &mut Registry) {
    let id = || argument("id", "ID", "By its global id.");
    let external = || argument("external", "ExternalIdInput", "By where it came from.");
    let by = |registry: &mut Registry, noun: &str, others: Vec<_>| {
        let fields = std::iter::once(id()).chain(others).collect();
        add_one_of(
            registry,
            &format!("{noun}By"),
            &format!("What names one {noun}: exactly one of these."),
            fields,
        );
    };
    by(registry, "Brand", vec![argument("slug", "String", "By its slug.")]);
    by(registry, "ContentType", vec![argument("key", "ContentTypeKeyInput", "By its brand and key.")]);
    by(registry, "Entry", vec![argument("slug", "EntrySlugInput", "By its address."), external()]);
    by(registry, "Asset", vec![external()]);
    by(registry, "Upload", Vec::new());
    by(registry, "Source", vec![argument("name", "String", "By its name.")]);
    by(registry, "ApiKey", Vec::new());
    by(registry, "Application", vec![argument("clientId", "String", "By its client id.")]);
    by(registry, "Tag", vec![argument("slug", "TagSlugInput", "By its brand and slug.")]);
    by(
        registry,
        "Category",
        vec![argument("path", "CategoryPathInput", "By its brand and its place in the tree.")],
    );
    by(registry, "Role", vec![argument("name", "RoleNameInput", "By its brand and name.")]);
    by(registry, "Member", Vec::new());
    let text = |name: &str, doc: &str| argument(name, "String!", doc);
    add_input(
        registry,
        "RoleNameInput",
        "A role of a brand's own.",
        [text("brand", "The brand's slug."), text("name", "The role's name.")].into_iter().collect(),
    );
    add_input(
        registry,
        "TagSlugInput",
        "A tag of a brand.",
        [text("brand", "The brand's slug."), text("slug", "The tag's slug.")].into_iter().collect(),
    );
    add_input(
        registry,
        "CategoryPathInput",
        "A category of a brand. A slug is unique under its parent alone, so the whole way is given.",
        [
            text("brand", "The brand's slug."),
            argument(
                "path",
                "[String!]!",
                &format!("The slugs from the root down to the category, {MAX_DEPTH} at the most."),
            ),
        ]
        .into_iter()
        .collect(),
    );
    add_input(
        registry,
        "ContentTypeKeyInput",
        "A content type of a brand.",
        [text("brand", "The brand's slug."), text("key", "The type's key.")].into_iter().collect(),
    );
    add_input(
        registry,
        "ExternalIdInput",
        "Something that was pulled from a source.",
        [text("source", "The source's name."), text("id", "Its id there.")].into_iter().collect(),
    );
    add_input(
        registry,
        "EntrySlugInput",
        "The address of an entry. It finds the entry and its translations; the locale picks one of them. Where entries that are no translations of each other have the same slug, each in a locale of its own, the one is meant that has it in the wanted locale, then the nearest along its fallbacks, then by the name of the locale.",
        [
            text("brand", "The brand's slug."),
            text("type", "The content type's key."),
            text("slug", "The slug of the entry, or of any of its translations."),
            argument(
                "locale",
                "LocaleInput",
                "Which translation; the brand's default locale where nothing is said.",
            ),
        ]
        .into_iter()
        .collect(),
    );
}
