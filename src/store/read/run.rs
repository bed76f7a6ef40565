//! Sends the statement of a plan and finishes what only the server can: the cursors' signatures.

use std::sync::atomic::Ordering;

use sqlx::Row;
use uuid::Uuid;

use super::{arguments::Arguments, page, selection};
use crate::{
    domain::{
        Error, Result,
        read::{Authorized, Codec, Fingerprint, Plan},
    },
    store::{Db, error::from_sqlx},
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
    statement(plan, "").map(|(text, _)| text)
}

/// The text of a plan's statement and its values.
fn statement<'a>(plan: &Authorized, marker: &'a str) -> Result<(String, Arguments<'a>)> {
    let mut arguments = Arguments::new(marker);
    let text = match plan.plan() {
        Plan::One(one) => format!("select {}::text", selection::one(one, None, &mut arguments)?),
        Plan::Connection(connection) => page::statement(connection, &mut arguments)?,
    };
    Ok((text, arguments))
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

    /// Every locale of every brand, with the brand's key.
    ///
    /// # Errors
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn locales(&self) -> Result<Vec<(String, Uuid)>> {
        sqlx::query_as("select code, brand_id from locale").fetch_all(&self.db.pool).await.map_err(from_sqlx)
    }

    /// Runs a plan: one statement. The answer is JSON text, `null` where there is no such row.
    ///
    /// # Errors
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn run(&self, plan: &Authorized) -> Result<String> {
        let (text, arguments) = statement(plan, &self.marker)?;
        let marked = arguments.marked();
        let sign = |json: String| if marked { self.sign(json) } else { Ok(json) };
        self.db.statements.fetch_add(1, Ordering::Relaxed);
        let answer = self.db.readers.fetch(text, arguments.into_values()).await?;
        match plan.plan() {
            Plan::Connection(connection) => page::assemble(connection, &answer, &self.codec, sign),
            Plan::One(_) => match answer.first() {
                Some(row) => match row.try_get::<Option<String>, _>(0).map_err(from_sqlx)? {
                    Some(json) => sign(json),
                    None => Ok("null".to_owned()),
                },
                None => Ok("null".to_owned()),
            },
        }
    }

    /// Puts the signed cursor wherever the database wrote marker, fingerprint and keys as a JSON string.
    fn sign(&self, json: String) -> Result<String> {
        let mut rest = json.as_str();
        let Some(mut start) = rest.find(&self.marker) else { return Ok(json) };
        let mut signed = String::with_capacity(json.len());
        let broken = || Error::internal("a cursor came back from the database in pieces");
        loop {
            let (before, from) = rest.split_at_checked(start).ok_or_else(broken)?;
            signed.push_str(before);
            let end = closing_quote(from).ok_or_else(broken)?;
            let (raw, after) = from.split_at_checked(end).ok_or_else(broken)?;
            let raw = raw.strip_prefix(self.marker.as_str()).ok_or_else(broken)?;
            let (print, keys) = raw.split_at_checked(Fingerprint::HEX).ok_or_else(broken)?;
            let print = Fingerprint::from_hex(print).ok_or_else(broken)?;
            let keys: String = serde_json::from_str(&format!("\"{keys}\"")).map_err(Error::internal)?;
            signed.push_str(&self.codec.encode(print, &keys));
            rest = after;
            match rest.find(&self.marker) {
                Some(next) => start = next,
                None => break,
            }
        }
        signed.push_str(rest);
        Ok(signed)
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
