//! The windows that quotas are counted in: days and months of the calendar, by UTC.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};

/// What a quota is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// A day of the calendar.
    Day,
    /// A month of the calendar.
    Month,
}

/// One such day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first day.
    pub begins_on: NaiveDate,
    /// The moment at which the next one begins.
    pub ends_at: DateTime<Utc>,
}

impl Span {
    /// How long it lasts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        let length = self.ends_at - midnight(self.begins_on);
        u64::try_from(length.num_seconds()).unwrap_or_default()
    }

    /// How long it still lasts, in seconds, rounded up.
    #[must_use]
    pub fn seconds_left(&self, now: DateTime<Utc>) -> u64 {
        let left = u64::try_from((self.ends_at - now).num_milliseconds()).unwrap_or_default();
        left.div_ceil(1_000).max(1)
    }
}

impl Window {
    /// Every window.
    pub const ALL: [Self; 2] = [Self::Day, Self::Month];

    /// The name in the database and in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The day or month that a moment is in.
    #[must_use]
    pub fn around(self, now: DateTime<Utc>) -> Span {
        let today = now.date_naive();
        let (begins_on, next) = match self {
            Self::Day => (today, today.succ_opt()),
            Self::Month => {
                let first = chrono::Datelike::with_day(&today, 1).unwrap_or(today);
                (first, first.checked_add_months(Months::new(1)))
            }
        };
        // The calendar ends in 200,000 years.
        Span { begins_on, ends_at: next.map_or(DateTime::<Utc>::MAX_UTC, midnight) }
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_month_end_where_the_next_begins() {
        for (window, now, begins_on, ends_at, seconds) in [
            (Window::Day, "2026-11-21T00:00:00Z", "2026-11-21", "2026-11-22T00:00:00Z", 86_400),
            (Window::Day, "2026-12-31T23:59:59.999Z", "2026-12-31", "2027-01-01T00:00:00Z", 86_400),
            (Window::Month, "2028-02-29T12:00:00Z", "2028-02-01", "2028-03-01T00:00:00Z", 29 * 86_400),
            (Window::Month, "2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01T00:00:00Z", 31 * 86_400),
        ] {
            let span = window.around(now.parse().unwrap());
            assert_eq!(span.begins_on, begins_on.parse().unwrap(), "{now}");
            assert_eq!(span.ends_at, ends_at.parse::<DateTime<Utc>>().unwrap(), "{now}");
            assert_eq!(span.seconds(), seconds, "{now}");
        }
        let last = Window::Day.around("2026-11-21T23:59:59.999Z".parse().unwrap());
        assert_eq!(last.seconds_left("2026-11-21T23:59:59.999Z".parse().unwrap()), 1);
    }
}
