//! One line of an export: a seal, and the record that it is over, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use crate::domain::{
    Error, Result,
    audit::{COLUMNS, Link, Seal, Sealable, hex, unhex},
};

/// The columns whose text is JSON and stands in the line as it is.
const JSON: [&str; 3] = ["before", "after", "detail"];

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    sequence: i64,
    previous: String,
    seal: String,
    key_id: Option<String>,
    sealed_at: i64,
    record: Map<String, Value>,
    #[serde(default)]
    before: Option<Box<RawValue>>,
    #[serde(default)]
    after: Option<Box<RawValue>>,
    #[serde(default)]
    detail: Option<Box<RawValue>>,
}

/// What is wrong with a line.
pub(super) fn wrong(number: u64, message: &str) -> Error {
    Error::invalid(format!("line {number}"), "export", message)
}

/// A seal with the one before it, and its record, as a line.
pub(super) fn write(previous: &Seal, link: &Link, record: &Sealable) -> Result<String> {
    let raw = |name| {
        let text = record.column(name).map(str::to_owned);
        text.map(RawValue::from_string).transpose().map_err(Error::internal)
    };
    let texts = COLUMNS.iter().zip(&record.columns).filter(|(name, _)| !JSON.contains(name));
    let line = Line {
        sequence: link.sequence,
        previous: hex(previous),
        seal: hex(&link.seal),
        key_id: link.key_id.clone(),
        sealed_at: link.sealed_at,
        record: texts.map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect(),
        before: raw("before")?,
        after: raw("after")?,
        detail: raw("detail")?,
    };
    serde_json::to_string(&line).map_err(Error::internal)
}

/// A line as the seal before, and the seal with its record.
pub(super) fn read(text: &str, number: u64) -> Result<(Seal, Link)> {
    let line: Line = serde_json::from_str(text)
        .map_err(|error| wrong(number, "is no line of an export").with_source(error))?;
    let seal = |text: &str| unhex(text).ok_or_else(|| wrong(number, "holds a seal that is none"));
    if line.record.keys().any(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(wrong(number, "holds a record with other columns"));
    }
    let mut columns: [Option<String>; COLUMNS.len()] = Default::default();
    for (name, column) in COLUMNS.iter().zip(&mut columns) {
        let json = match *name {
            "before" => line.before.as_ref(),
            "after" => line.after.as_ref(),
            "detail" => line.detail.as_ref(),
            _ => None,
        };
        *column = json
            .map(|json| json.get().to_owned())
            .or_else(|| line.record.get(*name).and_then(Value::as_str).map(str::to_owned));
    }
    let place = |name: &str| {
        let text = line.record.get(name).and_then(Value::as_str);
        text.and_then(|text| text.parse().ok()).ok_or_else(|| wrong(number, "holds a record without a place"))
    };
    let (xid, position) = (place("xid")?, place("position")?);
    let link = Link {
        sequence: line.sequence,
        xid,
        position,
        seal: seal(&line.seal)?,
        key_id: line.key_id,
        sealed_at: line.sealed_at,
        record: Some(Sealable { xid, position, columns }),
    };
    Ok((seal(&line.previous)?, link))
}
