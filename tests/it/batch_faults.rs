//! What is wrong with operations of a batch is known in sets: those that fail cost no more statements than those that go well.

use std::collections::BTreeMap;

use brandgraph::{
    domain::{
        batch::{Mode, Operation},
        entry::{CreateEntry, LinkMode, OneEntry, SetLinks, UpdateEntry, UpsertEntry},
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
    harness::Wire,
    write_world::{World, article, slug, start, update},
};

/// A world that is listened to, where every second of the names `0`, `1`, … of a round is taken.
struct Heard {
    w: World,
    services: Services,
    wire: Wire,
    kind: Uuid,
}

/// How often what came of the operations of a batch.
type Came = BTreeMap<&'static str, usize>;

impl Heard {
    async fn new(most: usize) -> Self {
        let w = World::new().await;
        let kind = w.content_type("article", article()).await;
        let heard = Self { services: w.services.clone(), wire: Wire::to(&w.db.url()).await, w, kind };
        let taken = (0..most).step_by(2).map(|number| {
            heard.w.draft(kind, &format!("e{number}"), json!({"sku": format!("s{number}"), "price": 1}))
        });
        let made = heard.run(&heard.w.owner, taken.map(Operation::CreateEntry).collect()).await;
        assert_eq!(made, Came::from([("done", most / 2)]));
        let settings = Settings {
            url: heard.wire.url().into(),
            max_connections: 2,
            min_connections: 0,
            ..Settings::default()
        };
        let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
        Self { services, ..heard }
    }

    async fn run(&self, who: &Caller, operations: Vec<Operation>) -> Came {
        let steps = operations.into_iter().map(|one| Step { id: None, operation: Ok(one) }).collect();
        let done = service::batch::run(&self.services, who, &Waiting::default(), Mode::PerItem, steps).await;
        let mut came = Came::new();
        for one in done.unwrap() {
            let what = match one {
                Outcome::Done(..) => "done",
                Outcome::Failed(error) => error.code().name(),
                Outcome::Undone | Outcome::Skipped => "not",
            };
            *came.entry(what).or_default() += 1;
        }
        came
    }

    /// What so many operations came to, and how many statements that took.
    async fn counted(&self, operations: Vec<Operation>) -> (Came, u64) {
        let before = self.wire.executed();
        let came = self.run(&self.w.owner, operations).await;
        (came, self.wire.executed() - before)
    }
}

#[tokio::test]
async fn a_thousand_creates_of_which_every_second_slug_is_taken_take_as_many_statements_as_ten() {
    let heard = Heard::new(1_000).await;
    let mut counts = Vec::new();
    for (round, count) in [10, 10, 100, 1_000].into_iter().enumerate() {
        let creates = (0..count).map(|number| {
            let name = if number % 2 == 0 { format!("e{number}") } else { format!("r{round}-{number}") };
            Operation::CreateEntry(heard.w.draft(heard.kind, &name, json!({"price": 1})))
        });
        let (came, statements) = heard.counted(creates.collect()).await;
        assert_eq!(came, Came::from([("done", count / 2), ("CONFLICT", count / 2)]));
        counts.push(statements);
    }
    assert!(counts[2] == counts[1] && counts[3] == counts[1] && counts[1] <= 27, "{counts:?}");
}

#[tokio::test]
async fn a_hundred_faults_of_every_other_sort_take_as_many_statements_as_ten() {
    let heard = Heard::new(200).await;
    let (w, kind) = (&heard.w, heard.kind);
    let there: Vec<Uuid> = {
        let ids = w.json("select jsonb_agg(id order by length(slug), slug) from entry").await;
        ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap()).collect()
    };
    let (tag, nobody) =
        (w.tag(w.brand, "tag").await, |number: usize| Uuid::from_u128(7_000 + number as u128));
    let draft = |name: String, fields: Value| w.draft(kind, &name, fields);
    let entry = |number: usize| OneEntry { id: nobody(number), expected_version: None };
    let upsert = |name: &str, fields: Value, expected_version| UpsertEntry {
        origin: None,
        expected_version,
        content_type_id: kind,
        slug: slug(name),
        title: Title::parse("Upserted", "title").unwrap(),
        locale: None,
        fields,
        tags: None,
        categories: None,
    };
    type Make<'a> = Box<dyn Fn(&str, usize) -> Operation + 'a>;
    let sorts: Vec<(&str, &str, Make<'_>)> = vec![
        (
            "value taken",
            "CONFLICT",
            Box::new(|round, number| {
                Operation::CreateEntry(draft(
                    format!("v{round}-{number}"),
                    json!({"sku": format!("s{}", number - number % 2)}),
                ))
            }),
        ),
        (
            "value twice",
            "CONFLICT",
            Box::new(|round, number| {
                Operation::CreateEntry(draft(
                    format!("t{round}-{number}"),
                    json!({"sku": format!("one{round}")}),
                ))
            }),
        ),
        (
            "slug twice",
            "CONFLICT",
            Box::new(|round, _| Operation::CreateEntry(draft(format!("slug{round}"), json!({})))),
        ),
        (
            "leads nowhere",
            "INVALID",
            Box::new(|round, number| {
                let related = json!([NodeId::new(Kind::Entry, nobody(number)).to_string()]);
                Operation::CreateEntry(draft(format!("l{round}-{number}"), json!({"related": related})))
            }),
        ),
        (
            "tag of nobody",
            "INVALID",
            Box::new(|round, number| {
                Operation::CreateEntry(CreateEntry {
                    tags: vec![nobody(number)],
                    ..draft(format!("g{round}-{number}"), json!({}))
                })
            }),
        ),
        (
            "fields",
            "INVALID",
            Box::new(|round, number| {
                Operation::CreateEntry(draft(format!("f{round}-{number}"), json!({"price": -1})))
            }),
        ),
        (
            "type",
            "NOT_FOUND",
            Box::new(|round, number| {
                Operation::CreateEntry(w.draft(nobody(0), &format!("k{round}-{number}"), json!({})))
            }),
        ),
        (
            "entry",
            "NOT_FOUND",
            Box::new(|_, number| {
                Operation::UpdateEntry(UpdateEntry {
                    title: Some(Title::parse("T", "title").unwrap()),
                    ..update(nobody(number))
                })
            }),
        ),
        (
            "version",
            "CONFLICT",
            Box::new(|_, number| {
                Operation::UpdateEntry(UpdateEntry { expected_version: Some(9), ..update(there[number]) })
            }),
        ),
        (
            "slug of another",
            "CONFLICT",
            Box::new(|_, number| {
                let other = format!("e{}", (2 * number + 2) % 200);
                Operation::UpdateEntry(UpdateEntry { slug: Some(slug(&other)), ..update(there[number]) })
            }),
        ),
        (
            "tags of none",
            "NOT_FOUND",
            Box::new(|_, number| {
                Operation::SetEntryTags(SetLinks {
                    entry: entry(number),
                    mode: LinkMode::Add,
                    ids: vec![tag],
                })
            }),
        ),
        ("deleted", "NOT_FOUND", Box::new(|_, number| Operation::DeleteEntry(entry(number)))),
        (
            "upsert",
            "CONFLICT",
            Box::new(|round, number| {
                Operation::UpsertEntry(upsert(&format!("u{round}-{number}"), json!({}), Some(4)))
            }),
        ),
    ];
    for (name, code, make) in sorts {
        let mut counts = Vec::new();
        for (round, count) in [10_usize, 10, 100].into_iter().enumerate() {
            let round = format!("{}{round}", name.replace(' ', ""));
            // Every second one is what it is called; the others make something.
            let operations = (0..count).map(|number| match (number % 2, &make(&round, number)) {
                (0, faulty) => faulty.clone(),
                (_, Operation::CreateEntry(_)) => {
                    Operation::CreateEntry(draft(format!("z{round}-{number}"), json!({"price": 2})))
                }
                (_, Operation::UpsertEntry(_)) => {
                    Operation::UpsertEntry(upsert(&format!("z{round}-{number}"), json!({"price": 2}), None))
                }
                (_, other) => other.clone(),
            });
            let (came, statements) = heard.counted(operations.collect()).await;
            assert!(came.get(code).is_some_and(|failed| *failed + 1 >= count / 2), "{name}: {came:?}");
            counts.push(statements);
        }
        assert!(counts[1] == counts[2] && counts[2] <= 29, "{name}: {counts:?}");
    }
}
