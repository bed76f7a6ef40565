//! Reads what an expression gave as the type that a record needs, and says what it found instead.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use jaq_json::{Num, Val};
use serde_json::{Map, Number, Value};

use crate::{
    cmp::jq::{ExpressionId, Program},
    domain::moment::Moment,
};

/// How deeply a value may be nested.
const MAX_DEPTH: usize = 64;
/// The longest external id. Characters.
const MAX_ID: usize = 200;

/// Why an item does not fit.
#[derive(Debug)]
pub(super) struct Fault {
    /// The part of the record.
    pub(super) path: String,
    /// What kind of fault.
    pub(super) code: &'static str,
    /// A sentence.
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }

    fn wrong(path: &str, wanted: &str, found: &Val) -> Self {
        Self::new(path, "type", format!("should be {wanted}, but is {}", kind(found)))
    }
}

/// Runs expressions over one item.
pub(super) struct Reader<'a> {
    pub(super) program: &'a Program,
    pub(super) item: Val,
}

impl Reader<'_> {
    pub(super) fn value(&self, path: &str, expression: ExpressionId) -> Result<Val, Fault> {
        self.program.one(expression, self.item.clone()).map_err(|message| Fault::new(path, "jq", message))
    }

    fn optional(&self, path: &str, expression: Option<ExpressionId>) -> Result<Option<Val>, Fault> {
        let Some(expression) = expression else { return Ok(None) };
        Ok(Some(self.value(path, expression)?).filter(|value| !matches!(value, Val::Null)))
    }

    pub(super) fn external_id(&self, expression: ExpressionId) -> Result<String, Fault> {
        id("external_id", &self.value("external_id", expression)?)
    }

    pub(super) fn text(&self, path: &str, expression: ExpressionId) -> Result<String, Fault> {
        let value = self.value(path, expression)?;
        match string(&value) {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(Fault::new(path, "required", "must not be empty")),
            None if matches!(value, Val::Null) => Err(Fault::new(path, "required", "is missing")),
            None => Err(Fault::wrong(path, "text", &value)),
        }
    }

    /// Text, or nothing where it is missing or empty.
    pub(super) fn maybe_text(
        &self,
        path: &str,
        expression: Option<ExpressionId>,
    ) -> Result<Option<String>, Fault> {
        let Some(value) = self.optional(path, expression)? else { return Ok(None) };
        let text = string(&value).ok_or_else(|| Fault::wrong(path, "text", &value))?;
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    pub(super) fn maybe_whole(
        &self,
        path: &str,
        expression: Option<ExpressionId>,
    ) -> Result<Option<i64>, Fault> {
        let Some(value) = self.optional(path, expression)? else { return Ok(None) };
        let number = whole(&value).and_then(|number| i64::try_from(number).ok());
        number.map(Some).ok_or_else(|| Fault::wrong(path, "a whole number, 0 or more", &value))
    }

    pub(super) fn maybe_pixels(
        &self,
        path: &str,
        expression: Option<ExpressionId>,
    ) -> Result<Option<i32>, Fault> {
        let number = self.maybe_whole(path, expression)?;
        number.map(i32::try_from).transpose().map_err(|_| Fault::new(path, "range", "is too large"))
    }

    pub(super) fn maybe_time(
        &self,
        path: &str,
        expression: Option<ExpressionId>,
    ) -> Result<Option<Moment>, Fault> {
        let Some(text) = self.maybe_text(path, expression)? else { return Ok(None) };
        match time(&text) {
            Some(time) => match Moment::try_from(time) {
                Ok(moment) => Ok(Some(moment)),
                Err(fault) => Err(Fault::new(path, "time", format!("`{text}` {fault}"))),
            },
            None => Err(Fault::new(path, "time", format!("`{text}` is no RFC 3339 time"))),
        }
    }

    /// A list; nothing is the empty one.
    pub(super) fn list(&self, path: &str, expression: Option<ExpressionId>) -> Result<Vec<Val>, Fault> {
        match self.optional(path, expression)? {
            None => Ok(Vec::new()),
            Some(Val::Arr(values)) => Ok(values.iter().cloned().collect()),
            Some(other) => Err(Fault::wrong(path, "a list", &other)),
        }
    }

    /// An object of the expressions that gave something.
    pub(super) fn object(
        &self,
        group: &str,
        all: &[(String, ExpressionId)],
    ) -> Result<Map<String, Value>, Fault> {
        let mut object = Map::with_capacity(all.len());
        for (name, expression) in all {
            let path = format!("{group}.{name}");
            let value = self.value(&path, *expression)?;
            if !matches!(value, Val::Null) {
                object.insert(name.clone(), json(&path, &value, MAX_DEPTH)?);
            }
        }
        Ok(object)
    }
}

/// An id: text or a whole number.
pub(super) fn id(path: &str, value: &Val) -> Result<String, Fault> {
    let text = match value {
        Val::TStr(_) => string(value).unwrap_or_default(),
        Val::Num(number @ (Num::Int(_) | Num::BigInt(_))) => number.to_string(),
        Val::Null => return Err(Fault::new(path, "required", "is missing")),
        other => return Err(Fault::wrong(path, "text or a whole number", other)),
    };
    match text.chars().count() {
        0 => Err(Fault::new(path, "required", "must not be empty")),
        _ if text.contains('\0') => Err(Fault::new(path, "nul", "must not hold U+0000")),
        length if length > MAX_ID => {
            let message = format!("is {length} characters long, at most {MAX_ID} are taken");
            Err(Fault::new(path, "max_length", message))
        }
        _ => Ok(text),
    }
}

/// The text of a text value.
pub(super) fn string(value: &Val) -> Option<String> {
    match value {
        Val::TStr(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// A whole number that is not negative.
pub(super) fn whole(value: &Val) -> Option<u64> {
    match value {
        Val::Num(number) => number.as_isize().and_then(|number| u64::try_from(number).ok()),
        // Platforms whose database hands out 64-bit numbers as text send them on as text.
        Val::TStr(_) => string(value)?.parse().ok(),
        _ => None,
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    // A time without a zone is taken as UTC: that is what platforms mean that leave it out.
    if let Ok(time) = text.parse::<NaiveDateTime>() {
        return Some(time.and_utc());
    }
    text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc())
}

/// Turns a value into JSON.
pub(super) fn json(path: &str, value: &Val, depth: usize) -> Result<Value, Fault> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Fault::new(path, "depth", format!("is nested more than {MAX_DEPTH} deep")));
    };
    Ok(match value {
        Val::Null => Value::Null,
        Val::Bool(value) => Value::Bool(*value),
        Val::Num(number) => Value::Number(json_number(path, number)?),
        Val::TStr(_) => Value::String(string(value).unwrap_or_default()),
        Val::BStr(_) => return Err(Fault::new(path, "type", "is binary data, which JSON cannot hold")),
        Val::Arr(values) => {
            Value::Array(values.iter().map(|value| json(path, value, depth)).collect::<Result<_, _>>()?)
        }
        Val::Obj(object) => {
            let members = object.iter().map(|(key, value)| {
                let key = string(key).ok_or_else(|| Fault::wrong(path, "an object with text keys", key))?;
                Ok((key, json(path, value, depth)?))
            });
            Value::Object(members.collect::<Result<_, Fault>>()?)
        }
    })
}

fn json_number(path: &str, number: &Num) -> Result<Number, Fault> {
    let found = match number {
        Num::Int(number) => Some(Number::from(*number)),
        Num::Float(number) => Number::from_f64(*number),
        Num::BigInt(_) | Num::Dec(_) => number.to_string().parse().ok(),
    };
    found.ok_or_else(|| Fault::new(path, "number", format!("{number} is no number that JSON can hold")))
}

/// What a value is, in words.
pub(super) fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "nothing",
        Val::Bool(_) => "true or false",
        Val::Num(_) => "a number",
        Val::TStr(_) => "text",
        Val::BStr(_) => "binary data",
        Val::Arr(_) => "a list",
        Val::Obj(_) => "an object",
    }
}

/// What an answer looks like from afar: enough to see that it is another kind of answer, without its content.
pub(super) fn outline(value: &Val) -> String {
    match value {
        Val::Obj(object) if object.is_empty() => "an empty object".to_owned(),
        Val::Obj(object) => {
            let keys = object.keys().take(8).filter_map(string).map(|key| format!("`{key}`"));
            format!("an object with {}", keys.collect::<Vec<_>>().join(", "))
        }
        other => kind(other).to_owned(),
    }
}
