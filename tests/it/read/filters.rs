//! Filters over every kind of value and relation.

use super::shelf::Shelf;

/// The numbers of the articles that a filter lets through, of the twenty English ones.
async fn numbers(shelf: &Shelf, filter: &str) -> Vec<u32> {
    let all = format!(
        r#"first: 100, orderBy: [{{field: SLUG}}], filter: {{slug: {{startsWith: "article-"}}, locale: {{eq: "en"}}, and: [{filter}]}}"#
    );
    shelf.slugs(&all).await.iter().map(|slug| slug.trim_start_matches("article-").parse().unwrap()).collect()
}

#[tokio::test]
async fn compares_columns() {
    let shelf = Shelf::open().await;
    for (filter, expected) in [
        (r#"{slug: {eq: "article-07"}}"#, vec![7]),
        (r#"{slug: {in: ["article-07", "article-09"]}}"#, vec![7, 9]),
        (r#"{title: {contains: "BOOTS 1"}}"#, vec![1, 13, 17]),
        (r#"{title: {contains: "100%"}}"#, vec![]),
        (r#"{title: {contains: "_inter"}}"#, vec![]),
        (r#"{title: {startsWith: "coffee"}, status: {ne: PUBLISHED}}"#, vec![3, 7, 11, 15, 19]),
        (r#"{publishedAt: {gte: "2026-03-17T00:00:00Z", lt: "2026-03-20T02:00:00+02:00"}}"#, vec![16, 18]),
        (r#"{publishedAt: {exists: false}, slug: {lte: "article-03"}}"#, vec![1, 3]),
        (r#"{id: {in: ["entry_00000000-0000-0000-0000-00000000a504"]}}"#, vec![4]),
        (r#"{status: {in: [DRAFT, ARCHIVED]}, slug: {gt: "article-17"}}"#, vec![19]),
        (r#"{externalId: {exists: true}}"#, vec![5]),
        (r#"{source: {name: {eq: "press"}}}"#, vec![5]),
        (r#"{origin: {eq: SOURCE}}"#, vec![5]),
        (r#"{origin: {ne: SOURCE}, slug: {lte: "article-06"}}"#, vec![1, 2, 3, 4, 6]),
        (r#"{version: {gt: 1}}"#, vec![]),
    ] {
        assert_eq!(numbers(&shelf, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn compares_custom_fields_by_their_type() {
    let shelf = Shelf::open().await;
    for (filter, expected) in [
        (r#"{fields: [{path: "color", eq: "blue"}]}"#, vec![3, 6, 9, 12, 15, 18]),
        (r#"{fields: [{path: "color", ne: "red"}]}"#, vec![3, 6, 7, 9, 12, 14, 15, 18]),
        (r#"{fields: [{path: "color", exists: false}]}"#, vec![7, 14]),
        (r#"{fields: [{path: "price", gte: 18}]}"#, vec![18, 19]),
        (r#"{fields: [{path: "price", eq: "twenty"}]}"#, vec![20]),
        (r#"{fields: [{path: "price", gt: 9.5, lt: 11}]}"#, vec![10]),
        (r#"{fields: [{path: "price", in: [2, 3.0, 200]}]}"#, vec![2, 3]),
        (r#"{fields: [{path: "sale", eq: true}]}"#, vec![5, 10, 15, 20]),
        (r#"{fields: [{path: "size.height", lte: 20}]}"#, vec![1, 2]),
        (r#"{fields: [{path: "sizes", as: LIST, contains: 7}]}"#, vec![6, 7]),
        (r#"{fields: [{path: "sizes.0", eq: 7}]}"#, vec![7]),
        (r#"{fields: [{path: "released", as: DATE_TIME, lt: "2026-02-03T01:00:00+01:00"}]}"#, vec![1, 2]),
        (r#"{fields: [{path: "color", startsWith: "BL"}, {path: "price", lt: 7}]}"#, vec![3, 6]),
        (r#"{fields: {path: "color", notIn: ["red", "blue"]}}"#, vec![7, 14]),
    ] {
        assert_eq!(numbers(&shelf, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn follows_relations() {
    let shelf = Shelf::open().await;
    for (filter, expected) in [
        (r#"{tags: {some: {slug: {eq: "tag-3"}}}}"#, vec![3, 8, 13, 18]),
        (r#"{tags: {none: {slug: {in: ["tag-0", "tag-1", "tag-2", "tag-3"]}}}}"#, vec![4, 9, 14, 19]),
        (r#"{categories: {some: {slug: {eq: "shoes"}}}}"#, vec![2]),
        (r#"{categories: {some: {path: {some: {slug: {eq: "shoes"}}}}}}"#, vec![2, 3]),
        (r#"{categories: {some: {path: {some: {slug: {eq: "shop"}}}}}}"#, vec![1, 2, 3]),
        (r#"{categories: {some: {parent: {slug: {eq: "shoes"}}}}}"#, vec![3]),
        (r#"{references: {field: "related", some: {slug: {eq: "article-07"}}}}"#, vec![5, 6]),
        (
            r#"{references: {field: "author", some: {slug: {eq: "ann"}}}, slug: {lt: "article-05"}}"#,
            vec![2, 4],
        ),
        (r#"{references: {some: {slug: {eq: "ann"}}}, slug: {lt: "article-05"}}"#, vec![2, 4]),
        (r#"{referencedBy: {field: "related", some: {slug: {eq: "article-02"}}}}"#, vec![3, 4]),
        (r#"{assets: {some: {filename: {eq: "picture-1.jpg"}}}}"#, vec![]),
        (r#"{translations: {some: {locale: {eq: "fr"}}}}"#, vec![2]),
        (r#"{contentType: {key: {eq: "author"}}}"#, vec![]),
        (r#"{brand: {slug: {eq: "zen"}}}"#, vec![]),
        (r#"{brand: {name: {startsWith: "a"}}, slug: {eq: "article-01"}}"#, vec![1]),
    ] {
        assert_eq!(numbers(&shelf, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_and_its_opposite_share_every_row_between_them() {
    let shelf = Shelf::open().await;
    for filter in [
        r#"{fields: [{path: "color", eq: "blue"}]}"#,
        r#"{fields: [{path: "price", gt: 5}]}"#,
        r#"{publishedAt: {lt: "2026-03-10T00:00:00Z"}}"#,
        r#"{source: {name: {eq: "press"}}}"#,
        r#"{or: [{slug: {eq: "article-01"}}, {tags: {some: {slug: {eq: "tag-3"}}}}]}"#,
        r#"{not: {fields: [{path: "color", contains: "e"}]}}"#,
        r#"{or: []}"#,
        r#"{and: []}"#,
    ] {
        let (these, those) =
            (numbers(&shelf, filter).await, numbers(&shelf, &format!("{{not: {filter}}}")).await);
        let mut all = [these, those].concat();
        all.sort_unstable();
        assert_eq!(all, (1..=20).collect::<Vec<u32>>(), "{filter}");
    }
}
