//! Generated batches: at once or one by one, tried or done, all or nothing, they come to the same.

use brandgraph::{
    domain::{
        Error,
        access::{BrandScope, Permission as P, Role},
        batch::{Mode, Operation},
        change::Changed,
        entry::{
            ChangeStatus, CreateEntry, FieldsChange, OneEntry, Origin, SetLinks, Transition, UpdateEntry,
            UpsertEntry,
        },
        node::{Kind, NodeId},
        text::Title,
    },
    service::{
        self, Caller, Unit, Waiting,
        batch::{Outcome, Step},
    },
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    batch_drawn::{Content, Do, ENTRIES, TERMS, run},
    harness::{member, own},
    write_world::{World, article, locale, slug, update},
};

/// A world, what is the same in all of them, and who changes it.
struct Place {
    w: World,
    who: Caller,
    kind: Uuid,
    source: Uuid,
    tags: Vec<Uuid>,
    categories: Vec<Uuid>,
}

/// Who changes it.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// Somebody who may do everything.
    Owner,
    /// Somebody who may publish, in this brand.
    Editor,
    /// Somebody who may write, and not publish.
    Author,
    /// Somebody with a role of the brand's own, which does not show all entries, nor all of them.
    Own,
    /// The same with another such role beside it.
    Both,
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(1_000 + number as u128)
}

impl Place {
    async fn new(who: Who) -> Self {
        let w = World::new().await;
        let kind = w.content_type("article", article()).await;
        let (mut tags, mut categories) = (Vec::new(), Vec::new());
        for number in 0..TERMS {
            tags.push(w.tag(w.brand, &format!("tag-{number}")).await);
            categories.push(w.category(None, &format!("category-{number}")).await);
        }
        tags.push(Uuid::from_u128(99));
        categories.push(Uuid::from_u128(98));
        let source = Uuid::from_u128(97);
        let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
            values ($1, $2, 'shop', 'demo', 'https://cms.example', '2026-01-01', '2026-01-01')";
        sqlx::query(sql).bind(source).bind(w.brand).execute(&mut w.db.connect().await).await.unwrap();
        let rule = json!({"rows": {"field": "fields.price", "in": [0, 1, 2, 3, 4]}, "read": {"except": ["categories"]},
            "write": {"except": ["fields.body"]}});
        let all =
            [P::BrandRead, P::EntryRead, P::EntryPreview, P::EntryWrite, P::EntryPublish, P::EntryDelete];
        let own = |rule: &Value| own(&all, rule, BrandScope::Only(vec![w.brand]));
        // What the one role hides of an entry the other one does not let through.
        let other = json!({"rows": {"field": "fields.price", "in": [5]}, "write": {"except": ["slug"]}});
        let who = match who {
            Who::Owner => w.owner.clone(),
            Who::Editor => w.member(Role::Editor),
            Who::Author => w.member(Role::Author),
            Who::Own => Caller { actor: member(vec![own(&rule)], &Value::Null), ..w.owner.clone() },
            Who::Both => {
                Caller { actor: member(vec![own(&rule), own(&other)], &Value::Null), ..w.owner.clone() }
            }
        };
        let place = Self { w, who, kind, source, tags, categories };
        let (s, owner) = (&place.w.services, &place.w.owner);
        for number in 0..ENTRIES {
            let content = Content {
                slug: number,
                lost: false,
                price: i32::try_from(number % 6).unwrap(),
                sku: (number % 2 == 0).then_some(number),
                refers: number.checked_sub(1),
                tags: (0..number % (TERMS + 1)).collect(),
            };
            let command = place.create(&content);
            service::entry::create_as(s, owner, Some(id(number)), command).await.unwrap();
            if number % 3 == 0 {
                place.w.change(id(number), Transition::Publish).await.unwrap();
            }
        }
        place
    }

    fn kind_of(&self, content: &Content) -> Uuid {
        if content.lost { Uuid::from_u128(96) } else { self.kind }
    }

    fn fields(&self, content: &Content) -> Value {
        let mut fields = json!({"price": content.price});
        if let Some(sku) = content.sku {
            fields["sku"] = json!(format!("sku-{sku}"));
        }
        if let Some(refers) = content.refers {
            fields["related"] = json!([NodeId::new(Kind::Entry, id(refers)).to_string()]);
        }
        fields
    }

    fn create(&self, content: &Content) -> CreateEntry {
        CreateEntry {
            slug: slug(&format!("s{}", content.slug)),
            title: Title::parse("Title", "title").unwrap(),
            tags: content.tags.iter().map(|tag| self.tags[*tag]).collect(),
            ..self.w.draft(self.kind_of(content), "x", self.fields(content))
        }
    }

    /// The operation at a place of the batch; what it makes has the id of that place.
    fn operation(&self, place: usize, one: &Do) -> (Option<Uuid>, Operation) {
        let entry = |number: &usize, expected_version| OneEntry { id: id(*number), expected_version };
        let chosen = |all: &[Uuid], terms: &[usize]| terms.iter().map(|term| all[*term]).collect::<Vec<_>>();
        let operation = match one {
            Do::Create(content) => Operation::CreateEntry(self.create(content)),
            Do::Update { entry, expected, content, replace, named } => {
                let fields = self.fields(content);
                let fields =
                    if *replace { FieldsChange::Replace(fields) } else { FieldsChange::Merge(fields) };
                Operation::UpdateEntry(UpdateEntry {
                    expected_version: *expected,
                    slug: named[0].then(|| slug(&format!("s{}", content.slug))),
                    title: named[1].then(|| Title::parse("Other", "title").unwrap()),
                    fields: if named[2] { fields } else { FieldsChange::Keep },
                    tags: named[3].then(|| chosen(&self.tags, &content.tags)),
                    categories: (named[0] && named[3]).then(|| chosen(&self.categories, &content.tags)),
                    ..update(id(*entry))
                })
            }
            Do::Upsert { content, origin, expected, german } => Operation::UpsertEntry(UpsertEntry {
                origin: origin
                    .map(|number| Origin { source_id: self.source, external_id: format!("x{number}") }),
                expected_version: *expected,
                content_type_id: self.kind_of(content),
                slug: slug(&format!("s{}", content.slug)),
                title: Title::parse("Upserted", "title").unwrap(),
                locale: german.then(|| locale("de")),
                fields: self.fields(content),
                tags: (content.price > 1).then(|| chosen(&self.tags, &content.tags)),
                categories: None,
            }),
            Do::Turn(number, transition) => {
                Operation::ChangeStatus(ChangeStatus { entry: entry(number, None), transition: *transition })
            }
            Do::Tag(number, mode, terms) => Operation::SetEntryTags(SetLinks {
                entry: entry(number, None),
                mode: *mode,
                ids: chosen(&self.tags, terms),
            }),
            Do::Categorise(number, mode, terms) => Operation::SetEntryCategories(SetLinks {
                entry: entry(number, None),
                mode: *mode,
                ids: chosen(&self.categories, terms),
            }),
            Do::Delete(number, expected) => Operation::DeleteEntry(entry(number, *expected)),
            Do::Restore(number) => Operation::RestoreEntry(entry(number, None)),
            Do::Revert(number, version) => Operation::RevertEntry(brandgraph::domain::entry::RevertEntry {
                entry: entry(number, None),
                version: *version,
            }),
        };
        let made = matches!(one, Do::Create(_) | Do::Upsert { .. });
        (made.then(|| id(ENTRIES + place)), operation)
    }

    fn steps(&self, all: &[Do]) -> Vec<Step> {
        let operations = all.iter().enumerate().map(|(place, one)| self.operation(place, one));
        operations.map(|(id, operation)| Step { id, operation: Ok(operation) }).collect()
    }

    async fn batch(&self, mode: Mode, all: &[Do]) -> Vec<Outcome> {
        let waiting = Waiting::default();
        service::batch::run(&self.w.services, &self.who, &waiting, mode, self.steps(all)).await.unwrap()
    }

    /// The same as a dry run does it: all of them, in a transaction that is taken back.
    async fn tried(&self, all: &[Do]) -> Vec<Outcome> {
        let joint = Unit::joint(&self.w.services).await.unwrap();
        let (within, waiting) = (self.w.services.within(&joint), Waiting::default());
        let done =
            service::batch::run(&within, &self.who, &waiting, Mode::PerItem, self.steps(all)).await.unwrap();
        joint.rollback().await.unwrap();
        done
    }

    /// The mutation of an operation, on its own.
    async fn alone(&self, (id, operation): (Option<Uuid>, Operation)) -> Result<Changed, Error> {
        let (s, c) = (&self.w.services, &self.who);
        match operation {
            Operation::CreateEntry(command) => service::entry::create_as(s, c, id, command).await,
            Operation::UpdateEntry(command) => service::entry::update(s, c, command).await,
            Operation::UpsertEntry(command) => service::entry::upsert_as(s, c, id, command).await,
            Operation::ChangeStatus(command) => service::entry::change_status(s, c, command).await,
            Operation::SetEntryTags(command) => service::entry::set_tags(s, c, command).await,
            Operation::SetEntryCategories(command) => service::entry::set_categories(s, c, command).await,
            Operation::DeleteEntry(one) => service::entry::delete(s, c, one).await,
            Operation::RestoreEntry(one) => service::entry::restore(s, c, one).await,
            Operation::RevertEntry(command) => service::entry::revert(s, c, command).await,
            other => panic!("{other:?}"),
        }
    }

    /// Everything about entries, aside from ids that differ from world to world.
    async fn all(&self) -> Value {
        self.w
            .json(
                "select jsonb_build_object(
                  'entries', (select jsonb_agg(to_jsonb(e) - '{brand_id,content_type_id}'::text[]
                      || jsonb_build_object('tags', (select jsonb_agg(t.slug order by t.slug) from entry_tag l join tag t on t.id = l.tag_id where l.entry_id = e.id),
                        'categories', (select jsonb_agg(t.slug order by t.slug) from entry_category l join category t on t.id = l.category_id where l.entry_id = e.id),
                        'refers', (select jsonb_agg(to_jsonb(r) order by r.field, r.position) from entry_reference r where r.entry_id = e.id))
                    order by e.id) from entry e),
                  'versions', (select jsonb_agg(to_jsonb(v) - '{tags,categories}'::text[]
                      || jsonb_build_object('tags', (select jsonb_agg(t.slug order by t.slug) from tag t where t.id = any(v.tags)),
                        'categories', (select jsonb_agg(t.slug order by t.slug) from category t where t.id = any(v.categories)))
                    order by v.entry_id, v.version) from entry_version v),
                  'jobs', (select jsonb_agg(jsonb_build_object('kind', kind, 'payload', payload, 'key', dedupe_key, 'at', run_at) order by dedupe_key)
                    from job where kind = 'entry.publish'),
                  'records', (select jsonb_agg(jsonb_build_object('kind', kind, 'node', node, 'detail', detail, 'actor', actor,
                      'before', before - '{tags,categories,contentTypeId}'::text[], 'after', after - '{tags,categories,contentTypeId}'::text[],
                      'tags', jsonb_array_length(coalesce(after->'tags', '[]')), 'categories', jsonb_array_length(coalesce(after->'categories', '[]'))) order by position)
                    from audit_record where kind like 'entry.%'))",
            )
            .await
    }

    /// Every row of every table, to the letter.
    async fn dump(&self) -> String {
        let tables = self
            .w
            .json("select jsonb_agg(tablename order by tablename) from pg_tables where schemaname = 'public'")
            .await;
        let mut dump = String::new();
        for table in tables.as_array().unwrap() {
            let table = table.as_str().unwrap();
            let rows = format!(
                "select coalesce(jsonb_agg(t::text order by t::text), '[]') from public.\"{table}\" t"
            );
            dump.push_str(&format!("{table}: {}\n", self.w.json(&rows).await));
        }
        dump
    }
}

fn told(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Done(kind, changed) => json!([kind.prefix(), changed.id, changed.version]),
        Outcome::Failed(error) => fault(error),
        Outcome::Undone => json!("undone"),
        Outcome::Skipped => json!("skipped"),
    }
}

fn fault(error: &Error) -> Value {
    let violations: Vec<_> =
        error.violations().iter().map(|one| json!([one.path, one.code, one.message])).collect();
    json!([error.code().name(), error.message(), violations, error.details(), error.conceals().is_some()])
}

#[test]
fn a_batch_comes_to_what_its_operations_come_to_whichever_way_it_is_run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases =
        std::env::var("BRANDGRAPH_TEST_BATCHES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(8);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    };
    let who = prop_oneof![
        4 => Just(Who::Owner), 2 => Just(Who::Editor), 1 => Just(Who::Author), 3 => Just(Who::Own), 2 => Just(Who::Both)
    ];
    proptest!(config, |(runs in vec(run(), 1..6), who in who)| {
        let all: Vec<Do> = runs.into_iter().flatten().collect();
        runtime.block_on(compared(&all, who));
    });
}

pub async fn compared(all: &[Do], who: Who) {
    let (alone, each) = (Place::new(who).await, Place::new(who).await);
    let untouched = each.dump().await;
    // One by one, with what turned out to be there under another id called by that.
    let mut expected = Vec::new();
    let mut elsewhere: Vec<(Uuid, Uuid)> = Vec::new();
    for (place, one) in all.iter().enumerate() {
        let (given, operation) = alone.operation(place, one);
        let operation =
            elsewhere.iter().fold(operation, |operation, (from, to)| operation.with_entry(*from, *to));
        let done = alone.alone((given, operation)).await;
        if let (Some(given), Ok(changed)) = (given, &done)
            && changed.id != given
        {
            elsewhere.push((given, changed.id));
        }
        expected.push(
            done.map_or_else(|error| fault(&error), |changed| told(&Outcome::Done(Kind::Entry, changed))),
        );
    }
    let results = |outcomes: &[Outcome]| outcomes.iter().map(told).collect::<Vec<_>>();
    // Tried, it says what it will come to, and leaves nothing.
    assert_eq!(results(&each.tried(all).await), expected);
    assert_eq!(each.dump().await, untouched);
    // All or nothing.
    let failed = expected.iter().position(|one| one[0] != "entry");
    let whole = each.batch(Mode::Atomic, all).await;
    match failed {
        Some(place) => {
            assert_eq!(told(&whole[place]), expected[place]);
            assert!(whole[..place].iter().all(|one| matches!(one, Outcome::Undone)));
            assert!(whole[place + 1..].iter().all(|one| matches!(one, Outcome::Skipped)));
            assert_eq!(each.dump().await, untouched);
            assert_eq!(results(&each.batch(Mode::PerItem, all).await), expected);
        }
        None => assert_eq!(results(&whole), expected),
    }
    assert_eq!(each.all().await, alone.all().await);
}
