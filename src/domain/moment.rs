//! A moment that every part can hold: parsed once at the door, bounded by the years that RFC 3339 can write.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The first year that is taken.
pub const FIRST_YEAR: i32 = 1;
/// The last year that is taken.
pub const LAST_YEAR: i32 = 9999;

/// The nanoseconds of one; `chrono` counts those of a leap second on from here.
const SECOND: u32 = 1_000_000_000;

/// A moment of the years 0001 to 9999, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(DateTime<Utc>);

/// Why a text or a time is no such moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is neither a moment nor a date.
    #[error("must be a moment as in RFC 3339, 2026-01-31T12:00:00Z, or a date")]
    Form,
    /// Its year in UTC is out of bounds.
    #[error("must lie in the years 0001 to 9999 in UTC")]
    Year,
}

impl Fault {
    /// What kind of fault, in constant `snake_case`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "date_time",
            Self::Year => "range",
        }
    }
}

impl Moment {
    /// Reads RFC 3339, or a date, which is its midnight in UTC.
    ///
    /// # Errors
    /// What keeps the text from being one.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let midnight = || text.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN).and_utc());
        let read = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
        read.or_else(|_| midnight()).map_err(|_| Fault::Form)?.try_into()
    }

    /// As the rest of the program reckons with it.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl TryFrom<DateTime<Utc>> for Moment {
    type Error = Fault;

    fn try_from(moment: DateTime<Utc>) -> Result<Self, Fault> {
        // A leap second is the one after it, as PostgreSQL reads one.
        let nanosecond = moment.nanosecond();
        let leap = || moment.with_nanosecond(nanosecond % SECOND)?.checked_add_signed(TimeDelta::seconds(1));
        let moment = if nanosecond < SECOND { moment } else { leap().ok_or(Fault::Year)? };
        if (FIRST_YEAR..=LAST_YEAR).contains(&moment.year()) { Ok(Self(moment)) } else { Err(Fault::Year) }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_second_is_the_one_after_it() {
        for (leap, after) in [
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z"),
            ("2017-01-01T05:29:60.25+05:30", "2017-01-01T00:00:00.25Z"),
        ] {
            assert_eq!(Moment::parse(leap), Moment::parse(after), "{leap}");
        }
    }

    #[test]
    fn only_years_that_every_part_can_hold() {
        for good in
            ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01", "2026-01-31T12:00:00+02:00"]
        {
            assert!(Moment::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "-262143-01-01",
            "9999-12-31T23:59:60Z",
        ] {
            assert_eq!(Moment::parse(bad), Err(Fault::Year), "{bad}");
        }
        for bad in ["", "yesterday", "2026-13-01", "+262142-01-01T00:00:00Z", "-0044-03-15T00:00:00Z"] {
            assert_eq!(Moment::parse(bad), Err(Fault::Form), "{bad}");
        }
    }
}
