//! Sends the statement of a plan and finishes what only the server can: the cursors' signatures.

use std::sync::atomic::Ordering;

use sea_orm::QueryResult;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use super::{arguments::Arguments, page};
use crate::{
    domain::{
        Error, Result,
        read::{Authorized, Codec, Fingerprint, Plan},
    },
    store::{Db, Tx, error::from_sqlx, sql},
};

/// Runs reads.
#[derive(Debug, Clone)]
pub struct Reader {
    db: Db,
    codec: Codec,
    marker: String,
}

/// The text of a plan's statement, as it would be sent, for those who want to look at it.
///
/// # Errors
/// `INTERNAL` where a value cannot be bound.
pub fn compile(plan: &Authorized) -> Result<String> {
    let mut arguments = Arguments::new("");
    match plan.plan() {
        Plan::One(one) => page::one(one, &mut arguments).map(|(text, _)| text),
        Plan::Connection(connection) => page::statement(connection, &mut arguments).map(|(text, _)| text),
    }
}

impl Reader {
    /// A reader of a database, whose cursors a codec signs.
    #[must_use]
    pub fn new(db: Db, codec: Codec) -> Self {
        // Nobody outside this process can write a text that begins like this one.
        let marker = format!("cursor:{}:", Uuid::new_v4().simple());
        Self { db, codec, marker }
    }

    /// The codec that cursors are read by.
    #[must_use]
    pub fn codec(&self) -> &Codec {
        &self.codec
    }

    /// Which brands write in these locales: each code with a brand's key.
    ///
    /// # Errors
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn locales(&self, codes: &[String], tx: Option<&Tx>) -> Result<Vec<(String, Uuid)>> {
        let mut arguments = self.arguments(tx);
        let codes = arguments.bind(codes.to_vec())?;
        let text = format!("select code, brand_id from locale where code = any({codes})");
        let (_, answer) = self.ask(text, arguments, tx).await?;
        let read = |row: &PgRow| Ok((row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?));
        answer.rows()?.into_iter().map(read).collect()
    }

    /// Runs a plan: one statement, within a transaction where one is given, which then sees what it wrote itself. The answer is
    /// JSON text, `null` where there is no such row.
    ///
    /// # Errors
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn run(&self, plan: &Authorized, tx: Option<&Tx>) -> Result<String> {
        let mut arguments = self.arguments(tx);
        match plan.plan() {
            Plan::Connection(connection) => {
                let (text, layout) = page::statement(connection, &mut arguments)?;
                let (signer, answer) = self.ask(text, arguments, tx).await?;
                page::assemble(connection, &layout, &answer.rows()?, &signer)
            }
            Plan::One(one) => {
                let (text, body) = page::one(one, &mut arguments)?;
                let (signer, answer) = self.ask(text, arguments, tx).await?;
                let rows = answer.rows()?;
                let Some(row) = rows.first() else { return Ok("null".to_owned()) };
                let mut text = String::with_capacity(1024);
                body.write(&mut text, &one.selection, row, &signer)?;
                Ok(text)
            }
        }
    }

    fn arguments(&self, tx: Option<&Tx>) -> Arguments<'_> {
        if tx.is_some() { Arguments::within(&self.marker) } else { Arguments::new(&self.marker) }
    }

    async fn ask(
        &self,
        text: String,
        arguments: Arguments<'_>,
        tx: Option<&Tx>,
    ) -> Result<(Signer<'_>, Answer)> {
        let marker = arguments.marked().then_some(self.marker.as_str());
        self.db.statements.fetch_add(1, Ordering::Relaxed);
        let answer = match tx {
            Some(tx) => Answer::Within(sql::rows(tx, &text, arguments.into_values_within()).await?),
            None => Answer::Plain(self.db.readers.fetch(text, arguments.into_values()).await?),
        };
        Ok((Signer { codec: &self.codec, marker }, answer))
    }
}

/// The rows of an answer, as whoever sent the statement holds them.
#[derive(Debug)]
enum Answer {
    Plain(Vec<PgRow>),
    Within(Vec<QueryResult>),
}

impl Answer {
    fn rows(&self) -> Result<Vec<&PgRow>> {
        match self {
            Self::Plain(rows) => Ok(rows.iter().collect()),
            Self::Within(rows) => {
                let foreign = || Error::internal("a transaction answered with the row of another database");
                rows.iter().map(|row| row.try_as_pg_row().ok_or_else(foreign)).collect()
            }
        }
    }
}

/// Signs the cursors of an answer.
#[derive(Debug)]
pub(super) struct Signer<'a> {
    /// What signs.
    pub(super) codec: &'a Codec,
    /// What begins every cursor that the database wrote, where it wrote any.
    marker: Option<&'a str>,
}

impl Signer<'_> {
    /// Writes JSON of the database, with the signed cursor wherever it holds marker, fingerprint and keys as a string.
    pub(super) fn push(&self, text: &mut String, json: &str) -> Result<()> {
        let mut rest = json;
        let broken = || Error::internal("a cursor came back from the database in pieces");
        while let Some((marker, start)) = self.marker.and_then(|marker| Some((marker, rest.find(marker)?))) {
            let (before, from) = rest.split_at_checked(start).ok_or_else(broken)?;
            text.push_str(before);
            let end = closing_quote(from).ok_or_else(broken)?;
            let (raw, after) = from.split_at_checked(end).ok_or_else(broken)?;
            let raw = raw.strip_prefix(marker).ok_or_else(broken)?;
            let (print, keys) = raw.split_at_checked(Fingerprint::HEX).ok_or_else(broken)?;
            let print = Fingerprint::from_hex(print).ok_or_else(broken)?;
            let keys: String = serde_json::from_str(&format!("\"{keys}\"")).map_err(Error::internal)?;
            self.codec.encode_onto(print, &keys, text);
            rest = after;
        }
        text.push_str(rest);
        Ok(())
    }
}

/// Where the JSON string that the text is inside of ends.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| match byte {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        byte => byte == b'"',
    })
}
