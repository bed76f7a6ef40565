//! A breaker: what failed several times in a row is left alone for a while, then tried by one.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Whether to ask something that may be away; shared by all who ask.
#[derive(Debug)]
pub struct Breaker {
    /// How many failures in a row open it.
    tolerance: u32,
    /// How long it stays open before one more try.
    pause: TimeDelta,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when nobody asks; nothing while it is closed.
    open_until: Option<DateTime<Utc>>,
}

/// What an answer, or its absence, changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is as it was.
    None,
    /// What answered so far is left alone now.
    Opened,
    /// What was left alone answers again.
    Closed,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(tolerance: u32, pause: TimeDelta) -> Self {
        Self { tolerance: tolerance.max(1), pause, state: Mutex::default() }
    }

    /// Whether to ask now. Of an open breaker one caller is let through after each pause.
    #[must_use]
    pub fn allows(&self, now: DateTime<Utc>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                // The next one waits for what this one finds out.
                state.open_until = now.checked_add_signed(self.pause);
                true
            }
        }
    }

    /// Notes that it answered.
    pub fn succeeded(&self) -> Change {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = 0;
        if state.open_until.take().is_some() { Change::Closed } else { Change::None }
    }

    /// Notes that it did not.
    pub fn failed(&self, now: DateTime<Utc>) -> Change {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if state.failures < self.tolerance {
            return Change::None;
        }
        let was_closed = state.open_until.is_none();
        state.open_until = now.checked_add_signed(self.pause);
        if was_closed { Change::Opened } else { Change::None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_an_answer() {
        let breaker = Breaker::new(2, TimeDelta::seconds(1));
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(breaker.failed(at(0)), Change::None);
        assert_eq!(breaker.succeeded(), Change::None);
        assert_eq!(breaker.failed(at(0)), Change::None);
        assert!(breaker.allows(at(0)));
        assert_eq!(breaker.failed(at(0)), Change::Opened);
        assert!(!breaker.allows(at(0)));
        assert!(breaker.allows(at(1)), "one tries");
        assert!(!breaker.allows(at(1)), "and only one");
        assert_eq!(breaker.failed(at(1)), Change::None);
        assert!(!breaker.allows(at(1)));
        assert!(breaker.allows(at(2)));
        assert_eq!(breaker.succeeded(), Change::Closed);
        assert!(breaker.allows(at(2)) && breaker.allows(at(2)));
    }
}
