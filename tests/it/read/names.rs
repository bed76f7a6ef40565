//! The names of the graph's types: a catalog that would give one to two of them is refused before it serves anybody.

use brandgraph::{
    domain::{
        Code,
        catalog::{Catalog, Noun},
    },
    graphql::Engine,
    kit::clock::Clock,
    service::{Library, Services},
    store::{Db, Settings},
};

use crate::harness::TestDb;

fn nouns() -> Vec<Noun> {
    Catalog::built_in().unwrap().nouns().map(|noun| Noun::clone(noun)).collect()
}

fn called(name: &'static str) -> Noun {
    Noun { name: name.into(), ..nouns().into_iter().find(|noun| noun.name == "Locale").unwrap() }
}

#[tokio::test]
async fn no_noun_takes_the_name_of_another_type() {
    let test = TestDb::create().await;
    let db = Db::connect(&Settings { url: test.url().into(), ..Settings::default() }).await.unwrap();
    let engine = |noun: Option<Noun>| {
        let catalog = Catalog::of(nouns().into_iter().chain(noun).collect())?;
        let library = Library::new(db.clone(), b"secret")?.with_catalog(catalog);
        Engine::new(Services::new(db.clone(), Clock::system()), library).map(|engine| engine.sdl())
    };
    assert!(engine(None).unwrap().contains("type Locale "));
    assert!(engine(Some(called("Country"))).is_ok());
    for (name, taken) in [
        ("Viewer", "Viewer"),
        ("TagPayload", "TagPayload"),
        ("CreateTagInput", "CreateTagInput"),
        ("PageInfo", "PageInfo"),
        ("Count", "Count"),
        ("LinkMode", "LinkMode"),
        // What is made of its name meets what is made of another's.
        ("EntryList", "EntryListFilter"),
        ("Entry", "Entry"),
    ] {
        let error = engine(Some(called(name))).unwrap_err();
        assert_eq!(error.code(), Code::Conflict, "{name}");
        assert!(error.message().contains(taken), "{name}: {}", error.message());
    }
}
