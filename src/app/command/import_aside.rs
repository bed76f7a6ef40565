//! The lines of `brandgraph import --set-aside`: copied once the import is done, so that none has to be kept while the others go on.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader, Seek, Write},
    path::{Path, PathBuf},
};

use super::{
    super::failure::Failure,
    whole::{Whole, leads_to},
};

/// Where lines are copied from and to. Made before anything is imported: what cannot be copied later is told at once.
#[derive(Debug)]
pub(super) struct Aside {
    source: File,
    target: Whole,
    path: PathBuf,
}

impl Aside {
    /// Opens both. `source` is what is imported.
    ///
    /// # Errors
    /// Where the source cannot be read a second time, the target is the source by whichever name, or cannot be written.
    pub(super) fn open(from: &Path, source: &File, to: &Path) -> Result<Self, Failure> {
        let unreadable = |error: io::Error| Failure::because(from.display(), &error);
        let unwritable = |error: io::Error| Failure::because(to.display(), &error);
        if !source.metadata().map_err(unreadable)?.is_file() {
            let message = format!(
                "{}: is no file that can be read a second time, as --set-aside does to copy lines from it",
                from.display()
            );
            return Err(Failure::Usage(message));
        }
        if leads_to(to, source).map_err(unwritable)? {
            let message = format!("--set-aside: {} is what is imported; name another file", to.display());
            return Err(Failure::Usage(message));
        }
        Ok(Self {
            source: source.try_clone().map_err(unreadable)?,
            target: Whole::create(to).map_err(unwritable)?,
            path: to.to_owned(),
        })
    }

    /// Copies the lines of these numbers, in place of what the target held before.
    ///
    /// # Errors
    /// Where they cannot be read or written; then the target is as it was before.
    pub(super) fn copy(mut self, numbers: &BTreeSet<u64>) -> Result<(), Failure> {
        let done = copy(&self.source, &mut self.target, numbers).and_then(|()| self.target.keep());
        done.map_err(|error| Failure::because(self.path.display(), &error))
    }
}

fn copy(mut source: &File, target: &mut Whole, numbers: &BTreeSet<u64>) -> io::Result<()> {
    source.rewind()?;
    let mut source = BufReader::with_capacity(1 << 20, source);
    let mut number = 0_u64;
    for wanted in numbers {
        while number.saturating_add(1) < *wanted {
            line(&mut source, &mut io::sink())?;
            number = number.saturating_add(1);
        }
        line(&mut source, target)?;
        number = *wanted;
    }
    Ok(())
}

/// Copies to the end of a line, however long it is, and ends one that the source does not.
fn line(source: &mut impl BufRead, target: &mut impl Write) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        let (used, end) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place.saturating_add(1), true),
            None => (buffer.len(), buffer.is_empty()),
        };
        let part = buffer.get(..used).unwrap_or_default();
        target.write_all(if part.is_empty() { b"\n" } else { part })?;
        source.consume(used);
        if end {
            return Ok(());
        }
    }
}
