//! A batch comes to what its operations come to one after the other, in fewer statements.

use brandgraph::{
    domain::{
        Error,
        access::{BrandScope, Permission as P, Role},
        batch::{Mode, Operation},
        change::Changed,
        entry::{
            ChangeStatus, CreateEntry, FieldsChange, LinkMode, OneEntry, SetLinks, Transition, UpdateEntry,
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
use proptest::prelude::*;
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

/// Something to do with one of a few entries.
#[derive(Debug, Clone)]
enum Do {
    Create {
        entry: usize,
        slug: usize,
        price: i32,
        tags: Vec<usize>,
        sku: Option<usize>,
        refers: Option<usize>,
    },
    Update {
        entry: usize,
        expected: Option<i32>,
        price: i32,
    },
    Publish(usize),
    Unpublish(usize),
    Tag(usize, Vec<usize>),
    Delete(usize),
    Restore(usize),
}

const ENTRIES: usize = 5;
const TAGS: usize = 3;

fn anything() -> impl Strategy<Value = Do> {
    let tags = || {
        proptest::collection::btree_set(0..=TAGS, 0..3).prop_map(|tags| tags.into_iter().collect::<Vec<_>>())
    };
    prop_oneof![
        6 => (0..ENTRIES, 0..ENTRIES + 2, -1..6_i32, tags(), proptest::option::weighted(0.4, 0..4_usize), proptest::option::weighted(0.3, 0..ENTRIES))
            .prop_map(|(entry, slug, price, tags, sku, refers)| Do::Create { entry, slug, price, tags, sku, refers }),
        2 => (0..ENTRIES, proptest::option::weighted(0.3, 1..3_i32), -1..6_i32)
            .prop_map(|(entry, expected, price)| Do::Update { entry, expected, price }),
        1 => (0..ENTRIES).prop_map(Do::Publish),
        1 => (0..ENTRIES).prop_map(Do::Unpublish),
        1 => (0..ENTRIES, tags()).prop_map(|(entry, tags)| Do::Tag(entry, tags)),
        1 => (0..ENTRIES).prop_map(Do::Delete),
        1 => (0..ENTRIES).prop_map(Do::Restore),
    ]
}

/// A world, and what is the same in all of them.
struct Place {
    w: World,
    kind: Uuid,
    tags: Vec<Uuid>,
}

impl Place {
    async fn new() -> Self {
        let w = World::new().await;
        let kind = w.content_type("article", article()).await;
        let mut tags = Vec::new();
        for number in 0..TAGS {
            tags.push(w.tag(w.brand, &format!("tag-{number}")).await);
        }
        // One that there is not.
        tags.push(Uuid::from_u128(99));
        Self { w, kind, tags }
    }

    fn operation(&self, ids: &[Uuid], one: &Do) -> (Option<Uuid>, Operation) {
        let entry = |place: usize| OneEntry { id: ids[place], expected_version: None };
        let tags = |tags: &[usize]| tags.iter().map(|tag| self.tags[*tag]).collect::<Vec<_>>();
        match one {
            Do::Create { entry, slug: name, price, tags: given, sku, refers } => {
                let mut fields = json!({"price": price, "body": format!("body {name}")});
                if let Some(sku) = sku {
                    fields["sku"] = json!(format!("sku-{sku}"));
                }
                if let Some(refers) = refers {
                    fields["related"] = json!([NodeId::new(Kind::Entry, ids[*refers]).to_string()]);
                }
                let command = CreateEntry {
                    slug: slug(&format!("s{name}")),
                    title: Title::parse("Title", "title").unwrap(),
                    tags: tags(given),
                    ..self.w.draft(self.kind, "x", fields)
                };
                (Some(ids[*entry]), Operation::CreateEntry(command))
            }
            Do::Update { entry, expected, price } => {
                let fields = FieldsChange::Merge(json!({"price": price}));
                (
                    None,
                    Operation::UpdateEntry(UpdateEntry {
                        expected_version: *expected,
                        fields,
                        ..update(ids[*entry])
                    }),
                )
            }
            Do::Publish(place) => status(entry(*place), Transition::Publish),
            Do::Unpublish(place) => status(entry(*place), Transition::Unpublish),
            Do::Tag(place, given) => {
                let links = SetLinks { entry: entry(*place), mode: LinkMode::Set, ids: tags(given) };
                (None, Operation::SetEntryTags(links))
            }
            Do::Delete(place) => (None, Operation::DeleteEntry(entry(*place))),
            Do::Restore(place) => (None, Operation::RestoreEntry(entry(*place))),
        }
    }

    /// The mutation of an operation, on its own.
    async fn alone(&self, (id, operation): (Option<Uuid>, Operation)) -> Result<Changed, Error> {
        let (s, c) = (&self.w.services, &self.w.owner);
        match operation {
            Operation::CreateEntry(command) => service::entry::create_as(s, c, id, command).await,
            Operation::UpdateEntry(command) => service::entry::update(s, c, command).await,
            Operation::ChangeStatus(command) => service::entry::change_status(s, c, command).await,
            Operation::SetEntryTags(command) => service::entry::set_tags(s, c, command).await,
            Operation::DeleteEntry(one) => service::entry::delete(s, c, one).await,
            Operation::RestoreEntry(one) => service::entry::restore(s, c, one).await,
            other => panic!("{other:?}"),
        }
    }

    /// Everything that there is, aside from ids that differ from world to world, and times.
    async fn all(&self) -> Value {
        self.w
            .json(
                "select jsonb_build_object(
                  'entries', (select jsonb_agg(to_jsonb(e) - '{brand_id,content_type_id,search}'::text[]
                      || jsonb_build_object('tags', (select jsonb_agg(t.slug order by t.slug) from entry_tag l join tag t on t.id = l.tag_id where l.entry_id = e.id),
                        'refers', (select jsonb_agg(r.target_entry_id order by r.position) from entry_reference r where r.entry_id = e.id))
                    order by e.id) from entry e),
                  'versions', (select jsonb_agg(to_jsonb(v) - 'tags' || jsonb_build_object('tags', cardinality(v.tags)) order by v.entry_id, v.version) from entry_version v),
                  'records', (select jsonb_agg(jsonb_build_object('kind', kind, 'node', node, 'detail', detail, 'actor', actor,
                      'before', before - '{tags,contentTypeId}'::text[], 'after', after - '{tags,contentTypeId}'::text[],
                      'tags', jsonb_array_length(coalesce(after->'tags', '[]'))) order by position)
                    from audit_record where kind like 'entry.%'))",
            )
            .await
    }
}

fn status(entry: OneEntry, transition: Transition) -> (Option<Uuid>, Operation) {
    (None, Operation::ChangeStatus(ChangeStatus { entry, transition }))
}

fn told(error: &Error) -> Value {
    let violations: Vec<_> =
        error.violations().iter().map(|one| json!([one.path, one.code, one.message])).collect();
    json!([error.code().name(), error.message(), violations])
}

#[test]
fn a_batch_writes_what_its_operations_write_one_after_the_other() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(operations in proptest::collection::vec(anything(), 1..14))| {
        runtime.block_on(compared(&operations));
    });
}

async fn compared(operations: &[Do]) {
    let ids: Vec<Uuid> = (0..ENTRIES).map(|number| Uuid::from_u128(1_000 + number as u128)).collect();
    // An id is given out once.
    let mut made = std::collections::HashSet::new();
    let operations: Vec<&Do> = operations
        .iter()
        .filter(|one| !matches!(one, Do::Create { entry, .. } if !made.insert(*entry)))
        .collect();
    let (alone, each, whole) = (Place::new().await, Place::new().await, Place::new().await);
    let mut expected = Vec::new();
    for one in &operations {
        expected.push(alone.alone(alone.operation(&ids, one)).await);
    }
    let batch = steps(operations.iter().map(|one| each.operation(&ids, one)));
    let outcomes = run(&each.w, &each.w.owner, Mode::PerItem, batch).await;
    for (place, (outcome, expected)) in outcomes.iter().zip(&expected).enumerate() {
        match (outcome, expected) {
            (Outcome::Done(Kind::Entry, changed), Ok(expected)) => assert_eq!(changed, expected, "{place}"),
            (Outcome::Failed(error), Err(expected)) => assert_eq!(told(error), told(expected), "{place}"),
            other => panic!("{place}: {other:?}"),
        }
    }
    assert_eq!(each.all().await, alone.all().await);

    let untouched = whole.all().await;
    let batch = steps(operations.iter().map(|one| whole.operation(&ids, one)));
    let outcomes = run(&whole.w, &whole.w.owner, Mode::Atomic, batch).await;
    match expected.iter().position(Result::is_err) {
        None => assert_eq!(whole.all().await, alone.all().await),
        Some(place) => {
            let Outcome::Failed(error) = &outcomes[place] else { panic!("{:?}", outcomes[place]) };
            assert_eq!(told(error), told(expected[place].as_ref().unwrap_err()));
            assert!(outcomes[..place].iter().all(|one| matches!(one, Outcome::Undone)));
            assert!(outcomes[place + 1..].iter().all(|one| matches!(one, Outcome::Skipped)));
            assert_eq!(whole.all().await, untouched);
        }
    }
}
