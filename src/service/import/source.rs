//! Reads and parses the lines of an import file off the runtime's threads, a few at a time.

use std::io::{BufRead, Read};

use tokio::sync::mpsc;

use super::line::{self, Line};
use crate::domain::{Error, Result};

/// The longest line. Bytes.
pub(super) const MAX_LINE: u64 = 4 * 1024 * 1024;
/// What some programs begin a file of UTF-8 with.
const MARK: &[u8] = "\u{feff}".as_bytes();
/// How many lines are handed over at once.
const CHUNK: usize = 250;
/// How many chunks wait to be taken.
const WAITING: usize = 4;

/// Some lines, each with its number from 1.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) lines: Vec<(u64, Result<Line>)>,
    /// How many bytes of the file have been read so far.
    pub(super) bytes: u64,
}

/// Begins to read. The end of the channel is the end of the file; an error ends it early.
pub(super) fn start(
    source: Box<dyn BufRead + Send>,
    brand: Option<String>,
) -> mpsc::Receiver<std::io::Result<Chunk>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        // The other side has gone away where sending fails: nobody waits for the rest.
        if let Err(error) = read(source, brand.as_deref(), &sender) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

fn read(
    mut source: Box<dyn BufRead + Send>,
    brand: Option<&str>,
    sender: &mpsc::Sender<std::io::Result<Chunk>>,
) -> std::io::Result<()> {
    let (mut number, mut bytes, mut text) = (0_u64, 0_u64, Vec::new());
    loop {
        let mut lines = Vec::with_capacity(CHUNK);
        let mut end = false;
        while lines.len() < CHUNK {
            text.clear();
            // With the end of the line, which is no part of it.
            let length = source.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut text)? as u64;
            if length == 0 {
                end = true;
                break;
            }
            number += 1;
            bytes += length;
            if length > MAX_LINE && text.last() != Some(&b'\n') {
                let rest = skip_line(&mut source)?;
                bytes += rest;
                lines.push((number, Err(Error::limit("the bytes of one line", MAX_LINE, length + rest))));
                continue;
            }
            let line = if number == 1 { text.strip_prefix(MARK).unwrap_or(&text) } else { &text };
            if !line.trim_ascii().is_empty() {
                lines.push((number, line::parse(line, brand)));
            }
        }
        if sender.blocking_send(Ok(Chunk { lines, bytes })).is_err() || end {
            return Ok(());
        }
    }
}

/// Reads to the end of a line that is too long to be kept.
fn skip_line(source: &mut Box<dyn BufRead + Send>) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = source.fill_buf()?;
        let (used, end) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        source.consume(used);
        skipped += used as u64;
        if end {
            return Ok(skipped);
        }
    }
}
