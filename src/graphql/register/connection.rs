//! Connections: pages with edges and cursors as Relay has them, with counts and facets.

use async_graphql::registry::{MetaInputValue, Registry};
use indexmap::IndexMap;

use super::{add_enum, add_input, add_object, argument, field, with_default};
use crate::domain::{catalog::Noun, read::LIMITS};

/// The types that every connection shares.
pub(super) fn shared(registry: &mut Registry) {
    add_object(
        registry,
        "PageInfo",
        "Where a page lies among the rows.",
        [
            field("hasNextPage", "Boolean!", "Whether there are rows after the page."),
            field(
                "hasPreviousPage",
                "Boolean!",
                "Whether there are rows before the page; going forward, whether a cursor was given.",
            ),
            field("startCursor", "String", "The cursor of the first row; null on an empty page."),
            field("endCursor", "String", "The cursor of the last row; null on an empty page."),
        ]
        .into_iter()
        .collect(),
    );
    add_enum(
        registry,
        "CountRelation",
        "Whether a count is exact.",
        [("EXACT", "There are exactly this many."), ("AT_LEAST", "There are more; counting stopped here.")],
    );
    add_object(
        registry,
        "Count",
        &format!("How many rows there are on all pages. Counting stops at {}.", LIMITS.max_count),
        [
            field("value", "Int!", "The number of rows."),
            field("relation", "CountRelation!", "Whether the number is exact."),
        ]
        .into_iter()
        .collect(),
    );
    facets(registry);
    add_enum(
        registry,
        "SearchMode",
        "How a search text is matched.",
        [
            (
                "WORDS",
                "Words in any order, `\"a phrase\"`, `this or that`, `-not this`; word forms are matched, by the rules of the languages that are written in. What is not wanted is left out in every form.",
            ),
            ("PREFIX", "Words, the last of which may be unfinished: for a search box."),
            (
                "FUZZY",
                "Titles that look alike, typing errors forgiven. Longer texts are not looked at: some of their words look like anything.",
            ),
        ],
    );
    add_input(
        registry,
        "SearchInput",
        "A full-text search over titles and searchable custom fields. With `locale`, word forms are those of that locale's language and of its fallbacks', else those of all languages that are written in.",
        [
            argument(
                "text",
                "String!",
                &format!("What to look for, {} characters at the most.", LIMITS.max_search),
            ),
            with_default(argument("mode", "SearchMode", "How it is matched."), "WORDS"),
        ]
        .into_iter()
        .collect(),
    );
    add_input(
        registry,
        "LocaleInput",
        "A locale, with or without the brand's fallbacks.",
        [
            argument("code", "String!", "The BCP 47 tag, `fr-CA`."),
            with_default(
                argument(
                    "fallback",
                    "Boolean",
                    "Whether a missing translation is replaced by the nearest locale in the brand's chain.",
                ),
                "true",
            ),
        ]
        .into_iter()
        .collect(),
    );
}

fn facets(registry: &mut Registry) {
    let first = || {
        with_default(
            argument(
                "first",
                "Int",
                &format!("How many values, most frequent first; {} at the most.", LIMITS.max_buckets),
            ),
            "10",
        )
    };
    let facet = |name: &str, doc: &str| {
        let (name, mut built) = field(name, "[FacetBucket!]!", doc);
        built.args.extend([first()]);
        (name, built)
    };
    let (categories, mut by_category) = facet("categories", "By the category that they are filed under.");
    by_category.args.extend([with_default(
        argument(
            "withDescendants",
            "Boolean",
            "Whether a category counts everything below it too; an entry counts once for each category.",
        ),
        "false",
    )]);
    let (custom, mut by_path) = field("field", "[FacetBucket!]!", "By the value of a custom field.");
    by_path.args.extend([argument("path", "String!", "The path of the custom field."), first()]);
    add_object(
        registry,
        "EntryFacets",
        "How many entries of the list there are by value, on all pages.",
        [
            facet("tags", "By tag."),
            (categories, by_category),
            facet("contentTypes", "By content type."),
            facet("statuses", "By status."),
            facet("locales", "By locale."),
            (custom, by_path),
        ]
        .into_iter()
        .collect(),
    );
    add_object(
        registry,
        "FacetBucket",
        "A value, and how many entries have it.",
        [
            field("value", "JSON!", "The value: a slug, a key, a word, or the custom field's own value."),
            field("label", "String!", "The value for people."),
            field("id", "ID", "The global id, where the value is a node."),
            field("count", "Int!", "How many entries have it."),
        ]
        .into_iter()
        .collect(),
    );
}

/// The connection and the edge of a noun.
pub(super) fn of(registry: &mut Registry, noun: &Noun) {
    let name = &noun.name;
    let mut fields: IndexMap<_, _> = [
        field("edges", format!("[{name}Edge!]!"), "The rows of the page, each with its cursor."),
        field("nodes", format!("[{name}!]!"), "The rows of the page."),
        field("pageInfo", "PageInfo!", "Where the page lies among the rows."),
        field("totalCount", "Count!", "How many rows there are on all pages. Costs nothing unless selected."),
    ]
    .into_iter()
    .collect();
    if noun.content {
        let facets = field(
            "facets",
            "EntryFacets!",
            "How many rows there are by value. Costs nothing unless selected.",
        );
        fields.extend([facets]);
    }
    add_object(registry, &format!("{name}Connection"), &format!("A page of {}.", noun.plural), fields);
    add_object(
        registry,
        &format!("{name}Edge"),
        &format!("A row of {}, with its place in the order.", noun.plural),
        [
            field(
                "cursor",
                "String!",
                "The row's place: give it as `after` or `before`, with the same filter and order.",
            ),
            field("node", format!("{name}!"), "The row."),
        ]
        .into_iter()
        .collect(),
    );
}

/// The arguments of a field that gives a page of a noun.
pub(super) fn arguments(noun: &Noun) -> IndexMap<String, MetaInputValue> {
    let name = &noun.name;
    let size = format!(
        "Rows on the page, {} where nothing is said, {} at the most",
        LIMITS.default_page, LIMITS.max_page
    );
    let mut arguments: IndexMap<_, _> = [
        argument("first", "Int", &format!("{size}; the first ones after `after`.")),
        argument("after", "String", "Only rows after this cursor."),
        argument("last", "Int", &format!("{size}; the last ones before `before`.")),
        argument("before", "String", "Only rows before this cursor."),
        argument("filter", format!("{name}Filter"), "Only rows that satisfy this."),
        argument(
            "orderBy",
            format!("[{name}Order!]"),
            &format!(
                "In which order, most significant key first, {} at the most; the id decides at last.",
                LIMITS.max_order_keys
            ),
        ),
    ]
    .into_iter()
    .collect();
    if noun.content {
        arguments.extend([
            argument(
                "search",
                "SearchInput",
                "Only rows that fit this search; the best first unless `orderBy` says otherwise.",
            ),
            argument("locale", "LocaleInput", "Only rows in this locale, or the best there is for it."),
        ]);
    }
    arguments
}
