//! Load: kept connections, each asking the next request as soon as the last is answered.

mod connection;
mod target;

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use crate::Fallible;

pub(crate) use connection::{Answer, Connection};
pub(crate) use target::{Target, fixed, raw, requests};

/// What one run measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Answers within the measured time.
    pub(crate) answers: usize,
    /// The measured time, in seconds.
    pub(crate) seconds: f64,
    /// Bytes of all bodies.
    pub(crate) bytes: u64,
    /// The time of each answer in microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
}

impl Outcome {
    /// Answers per second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.seconds.max(f64::EPSILON)
    }

    /// The latency that this share of answers kept within, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let rank = (self.latencies.len() as f64 * share) as usize;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(rank.min(last)).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }

    /// The mean size of a body in bytes.
    pub(crate) fn body(&self) -> u64 {
        self.bytes / (self.answers as u64).max(1)
    }

    /// Two runs taken as one.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.answers += other.answers;
        self.seconds += other.seconds;
        self.bytes += other.bytes;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self
    }
}

/// Asks for `seconds`, after a second of warming up; the first wrong answer ends it.
pub(crate) async fn run(
    address: SocketAddr,
    requests: Rc<Vec<Vec<u8>>>,
    connections: usize,
    seconds: f64,
) -> Fallible<Outcome> {
    let next = Rc::new(Cell::new(0_usize));
    let outcome = Rc::new(RefCell::new(Outcome::default()));
    let begin = Instant::now() + Duration::from_secs(1);
    let end = begin + Duration::from_secs_f64(seconds);
    let tasks = tokio::task::LocalSet::new();
    let mut running = Vec::new();
    for _ in 0..connections {
        let (requests, next, outcome) = (Rc::clone(&requests), Rc::clone(&next), Rc::clone(&outcome));
        running.push(tasks.spawn_local(async move {
            let mut connection = Connection::open(address).await?;
            loop {
                let turn = next.replace(next.get() + 1) % requests.len().max(1);
                let Some(request) = requests.get(turn) else { return Fallible::Ok(()) };
                let asked = Instant::now();
                if asked >= end {
                    return Ok(());
                }
                let answer = connection.ask(request).await?;
                refuse_errors(&answer)?;
                let answered = Instant::now();
                if asked >= begin && answered <= end {
                    let mut outcome = outcome.borrow_mut();
                    outcome.answers += 1;
                    outcome.bytes += answer.body.len() as u64;
                    let micros = answered.duration_since(asked).as_micros();
                    outcome.latencies.push(u32::try_from(micros).unwrap_or(u32::MAX));
                }
            }
        }));
    }
    tasks.await;
    for task in running {
        task.await??;
    }
    let mut outcome = outcome.take();
    outcome.seconds = seconds;
    outcome.latencies.sort_unstable();
    Ok(outcome)
}

/// Passes on an answer that holds data and no error.
pub(crate) fn refuse_errors(answer: &Answer<'_>) -> Fallible {
    let wrong = answer.status != 200
        || !answer.body.starts_with(br#"{"data":{"#)
        || memchr::memmem::find(answer.body, br#""errors":["#).is_some()
        || memchr::memmem::find(answer.body, br#"{"data":{"entry":null"#).is_some();
    if wrong {
        let start = answer.body.get(..answer.body.len().min(600)).unwrap_or_default();
        return Err(format!("status {}: {}", answer.status, String::from_utf8_lossy(start)).into());
    }
    Ok(())
}
