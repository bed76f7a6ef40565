//! A batch comes to what its operations come to one after the other, in fewer statements.

use brandgraph::{
    domain::{
        access::{BrandScope, Permission as P, Role},
        batch::{Mode, Operation},
        entry::{
            ChangeStatus, CreateEntry, FieldsChange, LinkMode, OneEntry, SetLinks, Transition, UpdateEntry,
            UpsertEntry,
        },
        node::{Kind, NodeId},
        text::Title,
    },
    kit::clock::Clock,
    service::{
        self, Caller, Services, Waiting,
        batch::{Outcome, Step},
    },
    store::{Db, Settings},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{Wire, member, own},
    write_world::{World, article, caller, slug, start, update},
};

fn steps(operations: impl IntoIterator<Item = (Option<Uuid>, Operation)>) -> Vec<Step> {
    operations.into_iter().map(|(id, operation)| Step { id, operation: Ok(operation) }).collect()
}

async fn run(w: &World, who: &Caller, mode: Mode, steps: Vec<Step>) -> Vec<Outcome> {
    service::batch::run(&w.services, who, &Waiting::default(), mode, steps).await.unwrap()
}

#[tokio::test]
async fn a_hundred_creates_with_tags_take_as_many_statements_as_ten() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let mut tags = Vec::new();
    for number in 0..5 {
        tags.push(w.tag(w.brand, &format!("tag-{number}")).await);
    }
    let target = w.entry(kind, "target", json!({})).await;
    let wire = Wire::to(&w.db.url()).await;
    let settings =
        Settings { url: wire.url().into(), max_connections: 2, min_connections: 0, ..Settings::default() };
    let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
    let mut counts = Vec::new();
    for (round, count) in [10, 10, 100, 1_000].into_iter().enumerate() {
        let operations = (0..count).map(|number| {
            let name = format!("e{round}-{number}");
            let fields =
                json!({"body": "x", "sku": name, "related": [NodeId::new(Kind::Entry, target).to_string()]});
            (None, Operation::CreateEntry(CreateEntry { tags: tags.clone(), ..w.draft(kind, &name, fields) }))
        });
        let before = wire.executed();
        let done =
            service::batch::run(&services, &w.owner, &Waiting::default(), Mode::Atomic, steps(operations))
                .await
                .unwrap();
        counts.push(wire.executed() - before);
        assert!(done.iter().all(|one| matches!(one, Outcome::Done(..))));
    }
    // The first round prepares what it needs to know of the types of the database.
    assert_eq!(counts[1], counts[2], "{counts:?}");
    assert_eq!(counts[2], counts[3], "{counts:?}");
    assert!(counts[2] <= 25, "{counts:?}");
    assert_eq!(w.count("select from entry_tag").await, 5 * 1_120);
    assert_eq!(w.count("select from audit_record where kind = 'entry.created'").await, 1_121);
}

#[tokio::test]
async fn a_restricted_role_is_held_to_its_restrictions_in_a_batch_too() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let theirs = w.entry(kind, "theirs", json!({"sku": "z"})).await;
    let rule =
        json!({"rows": {"field": "fields.sku", "in": ["a", "b"]}, "write": {"except": ["fields.price"]}});
    let permissions = [P::BrandRead, P::EntryRead, P::EntryPreview, P::EntryWrite];
    let actor = member(vec![own(&permissions, &rule, BrandScope::Only(vec![w.brand]))], &Value::Null);
    let who = Caller { actor, ..w.owner.clone() };
    let create = |name: &str, fields: Value| (None, Operation::CreateEntry(w.draft(kind, name, fields)));
    let operations = || {
        vec![
            create("one", json!({"sku": "a"})),
            create("two", json!({"sku": "y"})),
            create("three", json!({"sku": "b", "price": 1})),
            (
                None,
                Operation::UpdateEntry(UpdateEntry {
                    fields: FieldsChange::Merge(json!({"body": "x"})),
                    ..update(theirs)
                }),
            ),
            (None, Operation::DeleteEntry(OneEntry { id: theirs, expected_version: None })),
        ]
    };
    let done = run(&w, &who, Mode::PerItem, steps(operations())).await;
    let codes: Vec<&str> = done
        .iter()
        .map(|one| match one {
            Outcome::Done(..) => "done",
            Outcome::Failed(error) => error.code().name(),
            Outcome::Undone | Outcome::Skipped => "not",
        })
        .collect();
    assert_eq!(codes, ["done", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND", "FORBIDDEN"]);
    let done = run(&w, &who, Mode::Atomic, steps(operations().into_iter().skip(1))).await;
    assert!(matches!(done[0], Outcome::Failed(_)) && matches!(done[1], Outcome::Skipped));
    assert_eq!(w.count("select from entry").await, 2);
    let stranger = caller(Role::Owner, BrandScope::Only(vec![w.other_brand]));
    let done = run(&w, &stranger, Mode::PerItem, steps(operations().into_iter().take(2))).await;
    assert!(
        done.iter().all(|one| matches!(one, Outcome::Failed(error) if error.code().name() == "NOT_FOUND"))
    );
}

#[tokio::test]
async fn a_thousand_changes_of_one_sort_take_as_many_statements_as_a_hundred() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let (one, other) = (w.tag(w.brand, "one").await, w.tag(w.brand, "other").await);
    let category = w.category(None, "shelf").await;
    let target = w.entry(kind, "target", json!({})).await;
    let related = json!([NodeId::new(Kind::Entry, target).to_string()]);
    let groups = [0..10_usize, 10..110, 110..1_110];
    let ids: Vec<Uuid> = (0..1_110).map(|number| Uuid::from_u128(5_000 + number)).collect();
    for group in &groups {
        let creates = group.clone().map(|number| {
            let command = CreateEntry {
                tags: vec![one],
                ..w.draft(kind, &format!("e{number}"), json!({"sku": format!("{number}")}))
            };
            (Some(ids[number]), Operation::CreateEntry(command))
        });
        run(&w, &w.owner, Mode::Atomic, steps(creates)).await;
    }
    let wire = Wire::to(&w.db.url()).await;
    let settings =
        Settings { url: wire.url().into(), max_connections: 2, min_connections: 0, ..Settings::default() };
    let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
    let entry = |number: usize| OneEntry { id: ids[number], expected_version: None };
    let turn =
        |number, transition| Operation::ChangeStatus(ChangeStatus { entry: entry(number), transition });
    let links = |number, mode, ids: &[Uuid]| SetLinks { entry: entry(number), mode, ids: ids.to_vec() };
    let later = start() + chrono::TimeDelta::days(1);
    let upsert = |number: usize| UpsertEntry {
        origin: None,
        expected_version: None,
        content_type_id: kind,
        // Every second one is new.
        slug: slug(&if number.is_multiple_of(2) { format!("f{number}") } else { format!("g{number}") }),
        title: Title::parse("Upserted", "title").unwrap(),
        locale: None,
        fields: json!({"sku": format!("u{number}"), "related": related}),
        tags: Some(vec![other]),
        categories: None,
    };
    type Make<'a> = Box<dyn Fn(usize) -> Operation + 'a>;
    let sorts: Vec<(&str, Make<'_>)> = vec![
        (
            "update",
            Box::new(|number| {
                Operation::UpdateEntry(UpdateEntry {
                    slug: Some(slug(&format!("f{number}"))),
                    fields: FieldsChange::Merge(
                        json!({"price": 1, "sku": format!("x{number}"), "related": related}),
                    ),
                    tags: Some(vec![one, other]),
                    categories: Some(vec![category]),
                    ..update(ids[number])
                })
            }),
        ),
        ("tag", Box::new(|number| Operation::SetEntryTags(links(number, LinkMode::Remove, &[one])))),
        ("categorise", Box::new(|number| Operation::SetEntryCategories(links(number, LinkMode::Set, &[])))),
        ("schedule", Box::new(|number| turn(number, Transition::Schedule(later)))),
        ("publish", Box::new(|number| turn(number, Transition::Publish))),
        ("unpublish", Box::new(|number| turn(number, Transition::Unpublish))),
        ("upsert", Box::new(|number| Operation::UpsertEntry(upsert(number)))),
        ("archive", Box::new(|number| turn(number, Transition::Archive))),
        ("delete", Box::new(|number| Operation::DeleteEntry(entry(number)))),
    ];
    for (name, make) in sorts {
        let mut counts = Vec::new();
        for group in &groups {
            let operations = group.clone().map(|number| (None, make(number)));
            let before = wire.executed();
            let done = service::batch::run(
                &services,
                &w.owner,
                &Waiting::default(),
                Mode::Atomic,
                steps(operations),
            )
            .await
            .unwrap();
            counts.push(wire.executed() - before);
            assert!(done.iter().all(|one| matches!(one, Outcome::Done(..))), "{name}: {done:#?}");
        }
        assert_eq!(counts[1], counts[2], "{name}: {counts:?}");
        assert!(counts[2] <= 27, "{name}: {counts:?}");
    }
    assert_eq!(w.count("select from entry where deleted_at is not null").await, 1_110);
    assert_eq!(w.count("select from entry").await, 1_111 + 555);
}

#[tokio::test]
async fn a_restricted_role_takes_no_more_statements_for_more_changes() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let tag = w.tag(w.brand, "one").await;
    let target = w.entry(kind, "target", json!({"price": 1})).await;
    let rule = json!({"rows": {"field": "fields.price", "in": [1, 2]}, "write": {"except": ["fields.body"]}});
    let permissions =
        [P::BrandRead, P::EntryRead, P::EntryPreview, P::EntryWrite, P::EntryPublish, P::EntryDelete];
    let actor = member(vec![own(&permissions, &rule, BrandScope::Only(vec![w.brand]))], &Value::Null);
    let who = Caller { actor, ..w.owner.clone() };
    let wire = Wire::to(&w.db.url()).await;
    let settings =
        Settings { url: wire.url().into(), max_connections: 2, min_connections: 0, ..Settings::default() };
    let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
    let related = json!([NodeId::new(Kind::Entry, target).to_string()]);
    let groups = [0..10_usize, 10..20, 20..120];
    let ids: Vec<Uuid> = (0..120).map(|number| Uuid::from_u128(5_000 + number)).collect();
    let mut counts = Vec::new();
    for group in groups {
        let mut count = Vec::new();
        for sort in 0..4 {
            let operations = group.clone().map(|number| {
                let entry = OneEntry { id: ids[number], expected_version: None };
                let operation = match sort {
                    0 => Operation::CreateEntry(CreateEntry {
                        tags: vec![tag],
                        ..w.draft(kind, &format!("e{number}"), json!({"price": 1, "related": related}))
                    }),
                    1 => Operation::UpdateEntry(UpdateEntry {
                        fields: FieldsChange::Merge(json!({"price": 2})),
                        ..update(ids[number])
                    }),
                    2 => Operation::ChangeStatus(ChangeStatus { entry, transition: Transition::Publish }),
                    _ => Operation::DeleteEntry(entry),
                };
                (Some(ids[number]), operation)
            });
            let before = wire.executed();
            let done =
                service::batch::run(&services, &who, &Waiting::default(), Mode::Atomic, steps(operations))
                    .await
                    .unwrap();
            count.push(wire.executed() - before);
            assert!(done.iter().all(|one| matches!(one, Outcome::Done(..))), "{done:#?}");
        }
        counts.push(count);
    }
    assert_eq!(counts[1], counts[2], "{counts:?}");
    assert!(counts[2].iter().all(|count| *count <= 27), "{counts:?}");
}

#[tokio::test]
async fn a_slug_that_an_entry_gives_up_later_is_not_free_yet() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    // In whichever order the database comes by them.
    let mut pairs = Vec::new();
    for number in 0..10 {
        let first = w.entry(kind, &format!("a{number}"), json!({})).await;
        let second = w.entry(kind, &format!("b{number}"), json!({})).await;
        pairs.push(if number % 2 == 0 { (first, second, "b") } else { (second, first, "a") });
    }
    let rename = |id: Uuid, name: String| {
        (None, Operation::UpdateEntry(UpdateEntry { slug: Some(slug(&name)), ..update(id) }))
    };
    let takes = |number: usize| rename(pairs[number].0, format!("{}{number}", pairs[number].2));
    let gives_up = |number: usize| rename(pairs[number].1, format!("c{number}"));
    let early = (0..10).map(takes).chain((0..10).map(gives_up));
    let done = run(&w, &w.owner, Mode::PerItem, steps(early)).await;
    for (place, one) in done.iter().enumerate() {
        match one {
            Outcome::Failed(error) => assert!(place < 10 && error.code().name() == "CONFLICT", "{error}"),
            one => assert!(place >= 10, "{place}: {one:?}"),
        }
    }
    // Given up before, it is.
    let done = run(&w, &w.owner, Mode::Atomic, steps((0..10).map(takes))).await;
    assert!(done.iter().all(|one| matches!(one, Outcome::Done(..))), "{done:#?}");
}
