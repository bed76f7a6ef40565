//! A real Directus, as it answered when `scripts/directus --record` asked it: everything comes in, and only once.

use brandgraph::{cmp::cassette::Cassette, domain::source::RunStatus};

use crate::sync_world::{World, replay};

const RECORDED: &str = include_str!("../cassettes/directus.json");

#[tokio::test]
async fn five_hundred_articles_of_a_real_directus_come_in_and_only_once() {
    let mut world = World::new().await;
    let platform = replay(Cassette::parse(RECORDED).unwrap()).await;
    world.source("directus", &platform.uri()).await;
    let first = world.sync().await.unwrap();
    assert!(first.error.is_none(), "{:?}", first.error);
    assert_eq!(first.status, RunStatus::Succeeded, "{:#?}", first.tally.failures);
    assert_eq!((first.tally.seen, first.tally.created, first.tally.waiting), (580, 580, 0));
    assert_eq!(world.number("select count(*) from entry where external_id like 'articles/%'").await, 520);
    assert_eq!(world.number("select count(*) from asset").await, 40);
    assert_eq!(world.number("select count(*) from tag").await, 8);
    assert_eq!(world.number("select count(*) from category").await, 7);
    assert!(world.number("select count(*) from entry_reference where field = 'related'").await > 300);
    let statuses = "select string_agg(status || ' ' || n, ', ' order by status) from \
                    (select status, count(*) n from entry where external_id like 'articles/%' group by status) s";
    assert_eq!(world.text(statuses).await, "archived 15, draft 26, published 479");

    let versions = "select sum(version) from entry";
    let before = world.number(versions).await;
    let second = world.sync().await.unwrap();
    assert_eq!((second.tally.created, second.tally.updated, second.tally.unchanged), (0, 0, 580));
    assert_eq!(world.number(versions).await, before);
}

#[test]
fn the_recording_holds_no_secret_and_no_address() {
    for word in ["authorization", "bearer", "127.0.0.1", "localhost", "token", "set-cookie"] {
        assert!(!RECORDED.to_lowercase().contains(word), "{word}");
    }
}
