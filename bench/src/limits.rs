//! What limits add to the heaviest query, without the network: one thread, its cost and its charge, many times.

use std::time::Instant;

use brandgraph::{
    domain::access::{Actor, BrandScope, Credential, Principal, Role},
    graphql::quote::Quote,
    kit::clock::Clock,
    service::throttle::{Settings, Throttle},
};
use serde_json::{Map, Value};

use crate::{Fallible, query::Query};

/// What limits may add to the heaviest query. Nanoseconds.
const AIM: f64 = 50_000.0;

/// How often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often the query is charged.
    #[arg(long, default_value_t = 200_000)]
    times: u32,
}

/// Measures and prints; fails where it takes longer than it may.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let sdl = include_str!("../../schema/schema.graphql");
    let begin = Instant::now();
    let quote = Quote::new(sdl, Query::Q3.document())?;
    let variables: Map<String, Value> = Map::from_iter([("brand".to_owned(), Value::from("acme"))]);
    let points = quote.points(&variables)?;
    let first = begin.elapsed();
    let settings = Settings { enabled: Some(true), ..Settings::default() };
    let throttle = Throttle::new(settings, None, &Clock::system());
    let actor = Actor::User(Principal {
        subject: "benchmark".to_owned(),
        credential: Credential::Token { issuer: "benchmark".into() },
        memberships: vec![Role::Delivery.within(BrandScope::All)].into(),
        claims: Default::default(),
    });
    let begin = Instant::now();
    for _ in 0..arguments.times {
        let account = throttle.account(&actor, Some([203, 0, 113, 7].into()));
        // Refused or not: the bucket may run empty, which takes as long.
        let _ = std::hint::black_box(throttle.charge(&account, quote.points(&variables)?).await);
    }
    let each = begin.elapsed().as_secs_f64() * 1e9 / f64::from(arguments.times);
    crate::print(&format!(
        "Q3 costs {points} points; {each:.0} ns for each request, {} µs for a new document and the schema\n",
        first.as_micros()
    ))?;
    if each > AIM { Err(format!("above {AIM} ns").into()) } else { Ok(()) }
}
