//! Walks the chain of seals, in the database or in an export, and tells the first record that is not as it was sealed.

use std::io::BufRead;

use super::{
    super::{Caller, Services, Unit},
    line,
};
use crate::{
    domain::{
        Error, Result,
        audit::{Fault, Link, Seal, SealKey, SealKeys, Walk},
    },
    store::audit::chain,
};

/// How many seals are read at a time.
const PAGE: u32 = 2_000;

/// Which seals to walk along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The number of the first; the first of all where none is given. The seal before it is trusted.
    pub from: Option<i64>,
    /// The number of the last; the last of all where none is given.
    pub to: Option<i64>,
    /// A seal that is known to have been, by its number.
    pub known: Option<(i64, Seal)>,
    /// From which number on every seal must have been made with a key; unset: from the first, where there is a key.
    pub keyed_from: Option<i64>,
    /// Whether there may be no seal at all, as where nothing has happened yet.
    pub may_be_empty: bool,
}

/// What came of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many records were as they were sealed.
    pub passed: u64,
    /// How many of them were sealed with a key.
    pub keyed: u64,
    /// The number of the last one that was sealed with an earlier key, or without one though there is one now.
    pub earlier: Option<i64>,
    /// How many records have no seal yet.
    pub unsealed: u64,
    /// The number of the last seal that was passed, and the seal in hexadecimal.
    pub head: (i64, String),
    /// What is wrong, where something is.
    pub fault: Option<Fault>,
}

struct Course<'k> {
    walk: Walk<'k>,
    known: Option<(i64, Seal)>,
    passed: u64,
    keyed: u64,
    /// The id of the key that seals now.
    current: Option<&'k str>,
    earlier: Option<i64>,
}

impl Course<'_> {
    fn step(&mut self, link: &Link) -> Result<Option<Fault>> {
        if let Err(fault) = self.walk.step(link)? {
            return Ok(Some(fault));
        }
        self.passed += 1;
        self.keyed += u64::from(link.key_id.is_some());
        if link.key_id.as_deref() != self.current {
            self.earlier = Some(link.sequence);
        }
        if let Some((sequence, seal)) = self.known.filter(|(sequence, _)| *sequence == link.sequence) {
            self.known = None;
            if seal != link.seal {
                return Ok(Some(Fault::Cut { sequence }));
            }
        }
        Ok(None)
    }

    fn end(self, fault: Option<Fault>, unsealed: u64) -> Report {
        let head = self.walk.head();
        let cut = self.known.map(|(sequence, _)| Fault::Cut { sequence });
        let fault = fault.or(cut).or_else(|| self.walk.end());
        Report { passed: self.passed, keyed: self.keyed, earlier: self.earlier, unsealed, head, fault }
    }
}

/// Walks along the chain in the database. `progress` hears how many seals were passed, and how many there are.
///
/// # Errors
/// `NOT_FOUND` for a first seal whose predecessor is not there, and as the database refuses. What is wrong with the chain is no error
/// of this: the report says it.
pub async fn verify(
    services: &Services,
    keys: &SealKeys,
    mut range: Range,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report> {
    let mut joined = None;
    let unit = Unit::begin(services, &Caller::system("verify")).await?;
    let tx = unit.tx();
    chain::take_time(tx).await?;
    let from = range.from.unwrap_or(1).max(1);
    let before = match from {
        1 => None,
        from => Some(
            chain::find(tx, from - 1)
                .await?
                .ok_or_else(|| Error::not_found(format_args!("the seal {}", from - 1)))?,
        ),
    };
    let last = chain::last(tx).await?;
    let empty = (last.is_none() && !range.may_be_empty).then_some(Fault::Empty);
    let to = last.as_ref().map_or(0, |link| link.sequence).min(range.to.unwrap_or(i64::MAX));
    let whole = range.to.is_none();
    let inserted = match &last {
        Some(last) if whole => chain::inserted(tx, before.as_ref(), last).await?,
        _ => None,
    };
    if let (Some((sequence, seal)), Some(before)) = (range.known, &before)
        && sequence == before.sequence
    {
        // The join to what was archived.
        let fault = (seal != before.seal).then_some(Fault::Cut { sequence });
        range.known = None;
        joined = fault;
    }
    let walk = Walk::new(keys, before.as_ref()).keyed_from(range.keyed_from).beside(inserted);
    let mut course = Course {
        walk,
        known: range.known,
        passed: 0,
        keyed: 0,
        current: keys.current().map(SealKey::id),
        earlier: None,
    };
    let total = u64::try_from(to - from + 1).unwrap_or_default();
    let (mut at, mut fault) = (from - 1, empty.or(joined));
    'pages: while at < to && fault.is_none() {
        let page = chain::page(tx, at, to, PAGE).await?;
        let Some(end) = page.last() else { break };
        at = end.sequence;
        for link in &page {
            fault = course.step(link)?;
            if fault.is_some() {
                break 'pages;
            }
        }
        progress(course.passed, total);
    }
    let unsealed = chain::count_unsealed(tx, last.as_ref()).await?;
    unit.rollback().await?;
    Ok(course.end(fault, unsealed))
}

/// Walks along all of a chain that was exported. Nothing but the file and the key is needed.
///
/// # Errors
/// `INVALID` naming a line that is none of an export.
pub fn verify_file(
    source: impl BufRead,
    keys: &SealKeys,
    range: Range,
    progress: &mut dyn FnMut(u64),
) -> Result<Report> {
    let mut course: Option<Course<'_>> = None;
    let mut fault = None;
    for (number, text) in (1_u64..).zip(source.lines()) {
        let text = text.map_err(|error| line::wrong(number, "cannot be read").with_source(error))?;
        let (previous, link) = line::read(&text, number)?;
        let course = course.get_or_insert_with(|| Course {
            walk: Walk::from(keys, link.sequence, previous).keyed_from(range.keyed_from),
            known: range.known,
            passed: 0,
            keyed: 0,
            current: keys.current().map(SealKey::id),
            earlier: None,
        });
        fault = course.step(&link)?;
        if fault.is_some() {
            break;
        }
        progress(course.passed);
    }
    match course {
        Some(course) => Ok(course.end(fault, 0)),
        None => Err(Error::invalid("file", "empty", "holds no record")),
    }
}
