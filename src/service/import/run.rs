//! The course of an import: lines in, batches out, at most a few at once.

use std::{collections::HashMap, io::BufRead, sync::Arc};

use tokio::task::JoinSet;

use super::{
    BATCH, Notice, Progress, Report, SetAside, WRITERS,
    catalog::{self, Change},
    line::{CategoryLine, Line},
    seen::Seen,
    source,
};
use crate::{
    domain::{
        Code, Error, Result,
        record::{MAX_BATCH, Term},
    },
    service::{
        Caller, Services,
        anew::anew,
        bulk::{self, Destination, Item, Outcome},
    },
};

const _: () = assert!(BATCH <= MAX_BATCH, "a batch is written in one transaction");

/// Imports all of a source. `brand` is the brand of lines that name none, and the only one where it is given.
///
/// What was written stays written where this fails; a repeated import goes on from there.
///
/// # Errors
/// `FORBIDDEN` as the caller's roles say, `UNAVAILABLE` without a database, `INVALID` where the source cannot be read.
pub async fn run(
    services: &Services,
    caller: &Caller,
    source: Box<dyn BufRead + Send>,
    brand: Option<String>,
    notice: &mut (dyn FnMut(Notice<'_>) + Send),
) -> Result<Report> {
    let mut chunks = source::start(source, brand);
    let mut import = Import {
        services,
        caller,
        notice,
        report: Report::default(),
        done: 0,
        destinations: HashMap::new(),
        groups: HashMap::new(),
        writing: JoinSet::new(),
        seen: Seen::default(),
    };
    while let Some(chunk) = chunks.recv().await {
        let chunk =
            chunk.map_err(|error| Error::invalid("file", "read", "cannot be read").with_source(error))?;
        for (number, line) in chunk.lines {
            import.report.lines += 1;
            import.take(number, line).await?;
        }
        (import.notice)(Notice::Progress(Progress { bytes: chunk.bytes, lines: import.done }));
    }
    import.finish().await
}

/// What waits to be written into one brand.
#[derive(Debug, Default)]
struct Group {
    tags: Vec<(u64, Term)>,
    categories: Vec<(u64, CategoryLine)>,
    items: Vec<Item>,
}

struct Import<'a> {
    services: &'a Services,
    caller: &'a Caller,
    notice: &'a mut (dyn FnMut(Notice<'_>) + Send),
    report: Report,
    /// Lines that were dealt with.
    done: u64,
    /// None where there is no such brand.
    destinations: HashMap<String, Option<Arc<Destination>>>,
    groups: HashMap<String, Group>,
    writing: JoinSet<(u64, Result<Outcome>)>,
    seen: Seen,
}

impl Import<'_> {
    async fn take(&mut self, number: u64, line: Result<Line>) -> Result<()> {
        match line {
            Err(error) => self.set_aside(number, &error),
            Ok(Line::Record(brand, record)) => {
                let group = self.groups.entry(brand.clone()).or_default();
                group.items.push(Item { index: number, record });
                if group.items.len() >= BATCH {
                    self.write_items(&brand).await?;
                }
            }
            Ok(Line::Tag(brand, term)) => match catalog::check(&term) {
                Ok(()) => self.groups.entry(brand).or_default().tags.push((number, term)),
                Err(error) => self.set_aside(number, &error),
            },
            Ok(Line::Category(brand, line)) => match line.path.iter().try_for_each(catalog::check) {
                Ok(()) => self.groups.entry(brand).or_default().categories.push((number, line)),
                Err(error) => self.set_aside(number, &error),
            },
            Ok(Line::Brand(line)) => {
                self.settle().await?;
                self.destinations.remove(&line.slug);
                match catalog::ensure_brand(self.services, self.caller, line).await {
                    // Whoever may not make it may still bring in what is of other brands.
                    Err(error) if error.code() == Code::Forbidden => self.set_aside(number, &error),
                    done => self.count(number, done)?,
                }
            }
            Ok(Line::ContentType(brand, line)) => {
                self.settle().await?;
                self.destinations.remove(&brand);
                match catalog::find_brand(self.services, self.caller, &brand).await? {
                    Some(id) => {
                        let done = catalog::ensure_type(self.services, self.caller, id, line).await;
                        self.count(number, done)?;
                    }
                    None => self.set_aside(number, &unknown(&brand)),
                }
            }
        }
        Ok(())
    }

    /// Writes everything that waits, and waits for it.
    async fn settle(&mut self) -> Result<()> {
        let brands: Vec<String> = self.groups.keys().cloned().collect();
        for brand in brands {
            self.write_terms(&brand).await?;
            self.write_items(&brand).await?;
        }
        while self.joined().await? {}
        Ok(())
    }

    async fn finish(mut self) -> Result<Report> {
        self.settle().await?;
        for destination in std::mem::take(&mut self.destinations).into_values().flatten() {
            self.report.waiting += bulk::settle_all(self.services, self.caller, &destination).await?;
        }
        Ok(self.report)
    }

    async fn write_terms(&mut self, brand: &str) -> Result<()> {
        let Some(group) = self.groups.get_mut(brand) else { return Ok(()) };
        let (tags, categories) = (std::mem::take(&mut group.tags), std::mem::take(&mut group.categories));
        if tags.is_empty() && categories.is_empty() {
            return Ok(());
        }
        let count = tags.len() + categories.len();
        let Some(id) = catalog::find_brand(self.services, self.caller, brand).await? else {
            let numbers =
                tags.iter().map(|(number, _)| *number).chain(categories.iter().map(|(number, _)| *number));
            for number in numbers.collect::<Vec<_>>() {
                self.set_aside(number, &unknown(brand));
            }
            return Ok(());
        };
        for part in tags.chunks(BATCH) {
            let part = || part.iter().map(|(_, term)| term.clone()).collect();
            let ensure = || catalog::ensure_tags(self.services, self.caller, id, part());
            let changes = anew(self.services, ensure).await?;
            self.report.count(changes);
        }
        for part in categories.chunks(BATCH) {
            let part = || part.iter().map(|(_, line)| line.clone()).collect();
            let ensure = || catalog::ensure_categories(self.services, self.caller, id, part());
            let changes = anew(self.services, ensure).await?;
            self.report.count(changes);
        }
        self.done += count as u64;
        Ok(())
    }

    async fn write_items(&mut self, brand: &str) -> Result<()> {
        self.write_terms(brand).await?;
        let items =
            self.groups.get_mut(brand).map(|group| std::mem::take(&mut group.items)).unwrap_or_default();
        if items.is_empty() {
            return Ok(());
        }
        let Some(destination) = self.destination(brand).await? else {
            for item in items {
                self.set_aside(item.index, &unknown(brand));
            }
            return Ok(());
        };
        let (items, again) = self.seen.first(&destination, items);
        for (number, error) in again {
            self.set_aside(number, &error);
        }
        while self.writing.len() >= WRITERS {
            self.joined().await?;
        }
        let (services, caller) = (self.services.clone(), self.caller.clone());
        let turn = destination.turn().await;
        self.writing.spawn(async move {
            let count = items.len() as u64;
            (count, bulk::write(&services, &caller, &destination, turn, items).await)
        });
        Ok(())
    }

    async fn destination(&mut self, brand: &str) -> Result<Option<Arc<Destination>>> {
        if let Some(known) = self.destinations.get(brand) {
            return Ok(known.clone());
        }
        let found = match catalog::find_brand(self.services, self.caller, brand).await? {
            Some(id) => Some(Arc::new(Destination::open(self.services, self.caller, id, None).await?)),
            None => None,
        };
        self.destinations.insert(brand.to_owned(), found.clone());
        Ok(found)
    }

    /// Takes in what one batch came to; false where none is being written.
    async fn joined(&mut self) -> Result<bool> {
        let Some(done) = self.writing.join_next().await else { return Ok(false) };
        let (count, outcome) = done.map_err(Error::internal)?;
        let outcome = outcome?;
        self.done += count;
        self.report.add(&outcome);
        // A line may have several faults: it is set aside once.
        let mut lines: Vec<u64> = outcome.failures.iter().map(|failure| failure.index).collect();
        lines.sort_unstable();
        lines.dedup();
        self.report.set_aside += lines.len() as u64;
        for failure in outcome.failures {
            (self.notice)(Notice::SetAside(&SetAside {
                line: failure.index,
                path: failure.path,
                code: failure.code,
                message: failure.message,
            }));
        }
        Ok(true)
    }

    fn count(&mut self, number: u64, done: Result<Change>) -> Result<()> {
        self.done += 1;
        match done {
            Ok(change) => self.report.count([change]),
            Err(error) if matches!(error.code(), Code::Invalid | Code::Conflict | Code::LimitExceeded) => {
                self.done -= 1;
                self.set_aside(number, &error);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn set_aside(&mut self, line: u64, error: &Error) {
        self.done += 1;
        self.report.set_aside += 1;
        let whole = [crate::domain::Violation::new("", "refused", error.message())];
        let violations = if error.violations().is_empty() { &whole } else { error.violations() };
        for violation in violations {
            (self.notice)(Notice::SetAside(&SetAside {
                line,
                path: violation.path.clone(),
                code: violation.code.to_owned(),
                message: violation.message.clone(),
            }));
        }
    }
}

fn unknown(brand: &str) -> Error {
    Error::invalid("brand", "unknown_brand", format!("there is no brand `{brand}`"))
}
