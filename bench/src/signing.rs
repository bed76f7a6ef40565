//! What the signing of an upload takes, without the network: one thread, one presigned request after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use brandgraph::{
    kit::clock::Clock,
    objects::{Key, Life, Put, S3, Settings, Store},
};
use uuid::Uuid;

use crate::Fallible;

/// What signing may take. Microseconds.
const AIM: f64 = 1_000.0;

/// How often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many requests are signed.
    #[arg(long, default_value_t = 5_000)]
    times: u32,
}

/// Measures and prints; fails where it takes longer than it may.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let settings = Settings {
        bucket: Some("media".to_owned()),
        endpoint: Some("http://127.0.0.1:9000".to_owned()),
        path_style: true,
        access_key_id: Some("benchmark".to_owned()),
        secret_access_key: Some("benchmark".to_owned().into()),
        ..Settings::default()
    };
    let store: Arc<dyn Store> = Arc::new(S3::new(&settings).await.ok_or("there is no bucket")?);
    let clock = Clock::system();
    let brand = Uuid::from_u128(1);
    let mut took = Vec::new();
    for number in 0..arguments.times {
        let put = Put {
            key: Key::incoming(brand, Uuid::from_u128(u128::from(number))),
            bytes: 1_000_000,
            media_type: "image/jpeg".to_owned(),
            sha256: [7; 32],
        };
        let begin = Instant::now();
        let life = Life { from: clock.now(), lasts: Duration::from_secs(3_600) };
        std::hint::black_box(store.presign_put(&put, life).await?);
        took.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    let (middle, late) = (at(0.5), at(0.99));
    crate::print(&format!("an upload is signed in {middle:.0} µs, 99 of 100 within {late:.0} µs\n"))?;
    if middle > AIM { Err(format!("above {AIM} µs").into()) } else { Ok(()) }
}
