//! Full-text search: words and their forms, phrases, unfinished words, typing errors, relevance.

use brandgraph::domain::access::{BrandScope, Role};

use super::shelf::Shelf;

async fn found(shelf: &Shelf, search: &str) -> Vec<String> {
    shelf
        .slugs(&format!(r#"first: 100, search: {search}, filter: {{brand: {{slug: {{eq: "acme"}}}}}}"#))
        .await
}

#[tokio::test]
async fn finds_words_in_every_form_and_spelling() {
    let shelf = Shelf::open().await;
    for (search, count) in [
        (r#"{text: "shoe"}"#, 5),
        (r#"{text: "run"}"#, 5),
        (r#"{text: "boots or cups"}"#, 10),
        (r#"{text: "boots -13"}"#, 4),
        (r#"{text: "\"winter boots\" 13"}"#, 1),
        (r#"{text: "\"boots winter\""}"#, 0),
        (r#"{text: "number"}"#, 20),
        (r#"{text: "jardin", mode: WORDS}"#, 2),
        (r#"{text: "gar cha", mode: PREFIX}"#, 0),
        (r#"{text: "garden cha", mode: PREFIX}"#, 5),
        (r#"{text: "runing shos", mode: FUZZY}"#, 5),
        (r#"{text: "xylophone", mode: FUZZY}"#, 0),
        (r#"{text: "'; drop table entry; --", mode: PREFIX}"#, 0),
    ] {
        assert_eq!(found(&shelf, search).await.len(), count, "{search}");
    }
}

#[tokio::test]
async fn what_is_not_wanted_is_left_out_in_every_form_of_the_word() {
    let shelf = Shelf::open().await;
    // Titles say "Winter boots 13", "Running shoes 4"; the query says it in another form.
    for (search, count) in [
        (r#"{text: "winter -boot"}"#, 0),
        (r#"{text: "winter -boots"}"#, 0),
        (r#"{text: "winter -booted"}"#, 0),
        (r#"{text: "winter -shoe"}"#, 5),
        (r#"{text: "number -boots -shoe"}"#, 10),
        (r#"{text: "number -\"run shoe\""}"#, 15),
        (r#"{text: "winter -boots or coffee"}"#, 5),
        (r#"{text: "shoes -runs or cups -19"}"#, 4),
    ] {
        assert_eq!(found(&shelf, search).await.len(), count, "{search}");
    }
}

#[tokio::test]
async fn without_a_locale_every_entry_is_searched_in_its_own_language() {
    let shelf = Shelf::open().await;
    // French titles say "Chaises de jardin": the singular is another form by French rules, and by no English ones.
    for (search, locale, expected) in [
        (r#"{text: "chaise jardins"}"#, "", vec!["article-02-ca", "article-02-fr"]),
        (r#"{text: "jardins"}"#, r#", locale: {code: "fr"}"#, vec!["article-02-fr"]),
        (r#"{text: "jardin -chaise"}"#, "", vec![]),
        (r#"{text: "the winter boot 13"}"#, "", vec!["article-13"]),
        // A German word in another form, where nobody writes German: as written only.
        (r#"{text: "wintern"}"#, "", vec![]),
        // An English entry stands in for a missing French one, and is searched by English rules.
        (r#"{text: "boot 13"}"#, r#", locale: {code: "fr"}"#, vec!["article-13"]),
    ] {
        let list = format!(
            r#"search: {search}{locale}, orderBy: [{{field: SLUG}}], filter: {{brand: {{slug: {{eq: "acme"}}}}}}"#
        );
        assert_eq!(shelf.slugs(&list).await, expected, "{search} {locale}");
    }
}

#[tokio::test]
async fn the_best_come_first_and_pages_go_on_from_there() {
    let shelf = Shelf::open().await;
    let list = r#"search: {text: "item or shoes"}, filter: {brand: {slug: {eq: "acme"}}}"#;
    let all = shelf.slugs(&format!("first: 100, {list}")).await;
    assert_eq!(all.len(), 20);
    let mut best = all[..5].to_vec();
    best.sort();
    assert_eq!(best, ["article-04", "article-08", "article-12", "article-16", "article-20"]);
    let query = format!("{{ entries(first: 7, {list}) {{ pageInfo {{ endCursor }} }} }}");
    let end = shelf.data(&query).await["entries"]["pageInfo"]["endCursor"].clone();
    assert_eq!(shelf.slugs(&format!("first: 100, after: {end}, {list}")).await, all[7..]);
}

#[tokio::test]
async fn what_other_brands_are_written_in_is_not_to_be_found_out_by_searching() {
    let mut shelf = Shelf::open().await;
    let acme = uuid::uuid!("00000000-0000-0000-0000-0000000000a0");
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![acme]));
    shelf.change("update entry set title = 'Talo' where slug = 'article-01'").await;
    shelf.change("insert into locale select id, 'fi', null, '{fi}', 9 from brand where slug = 'zen'").await;
    assert_eq!(found(&shelf, r#"{text: "talossa"}"#).await, Vec::<String>::new());
    shelf.change("insert into locale select id, 'fi', null, '{fi}', 9 from brand where slug = 'acme'").await;
    assert_eq!(found(&shelf, r#"{text: "talossa"}"#).await, ["article-01"]);
}
