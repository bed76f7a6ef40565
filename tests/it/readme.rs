//! The README's queries give what the README shows, asked of the content that a first run is filled with.

use serde_json::{Value, json};

use crate::{sync_demo::demo_platform, sync_world::World};

const README: &str = include_str!("../../README.md");

/// Each query of the README with the answer that stands below it.
fn examples() -> Vec<(&'static str, Value)> {
    let mut blocks = README.split("\n```").filter_map(|block| block.split_once('\n'));
    let mut examples = Vec::new();
    while let Some((language, query)) = blocks.next() {
        if language != "graphql" {
            continue;
        }
        let answer = blocks.find(|(language, _)| *language == "json").expect("an answer below every query").1;
        examples
            .push((query, serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"))));
    }
    examples
}

#[tokio::test]
async fn the_queries_of_the_readme_give_what_it_shows() {
    let world = World::new().await;
    world.source("demo", &demo_platform().await).await;
    world.sync().await.unwrap();
    let examples = examples();
    assert_eq!(examples.len(), 3);
    // Twice: a document that was seen before is not validated again.
    for _ in 0..2 {
        for (query, answer) in &examples {
            let given = world.app.as_owner().graphql(query, json!({})).await;
            assert_eq!(given, *answer, "{query}\n{given:#}");
        }
    }
}
