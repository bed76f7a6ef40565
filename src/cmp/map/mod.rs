//! Turns one page of items into records; an item that does not fit is set aside with the reason.

mod asset;
mod entry;
mod value;

use bytes::Bytes;
use jaq_json::Val;
use url::Url;

use self::value::Fault;
use super::connector::{Connector, Mapping, Resource, Total};
use crate::domain::{
    Code, Error, Result,
    record::{Failure, Record},
};

/// The most records that one item may be expanded into.
const MAX_EXPANSION: usize = 64;

/// One page, mapped.
#[derive(Debug, Default)]
pub struct Mapped {
    /// What could be read, in the order of the page.
    pub records: Vec<Record>,
    /// Which item of the resource each record was made of, counted from 0: an item may become several.
    pub places: Vec<u64>,
    /// What could not.
    pub failures: Vec<Failure>,
    /// How many items the page held.
    pub items: u64,
    /// How many items there are in all, where the answer says so.
    pub total: Option<u64>,
}

/// Maps the body of one answer.
///
/// `first_index` is how many items of the resource came before this page; `total_header` is the header that the
/// connector reads the total from, where it does.
///
/// # Errors
/// `UPSTREAM_UNAVAILABLE` where the answer is no JSON or does not hold a list where the connector says.
pub fn map_page(
    connector: &Connector,
    resource: &Resource,
    base: &Url,
    body: &Bytes,
    total_header: Option<u64>,
    first_index: u64,
) -> Result<Mapped> {
    let answer: Val = serde_json::from_slice(body).map_err(|fault| broken_json(resource, body, fault))?;
    let total = match &resource.total {
        None => None,
        Some(Total::Header(_)) => total_header,
        Some(Total::Body(expression)) => {
            connector.program.one(*expression, answer.clone()).ok().and_then(|value| value::whole(&value))
        }
    };
    let items = items_of(connector, resource, answer)?;
    let mut mapped = Mapped { items: items.len() as u64, total, ..Mapped::default() };
    let mapper = Mapper { connector, resource, base };
    for (index, item) in (first_index..).zip(items) {
        mapper.item(index, item, &mut mapped);
    }
    Ok(mapped)
}

fn items_of(connector: &Connector, resource: &Resource, answer: Val) -> Result<Vec<Val>> {
    let (what, source) = match connector.program.one(resource.items, answer.clone()) {
        Ok(Val::Arr(items)) => return Ok(items.iter().cloned().collect()),
        Ok(other) => (format!("gives {}, not a list", value::kind(&other)), None),
        Err(fault) => ("cannot be applied".to_owned(), Some(fault)),
    };
    let shape = value::outline(&answer);
    let message = format!("resource `{}`: `items` {what}; the answer is {shape}", resource.name);
    let error = Error::new(Code::UpstreamUnavailable, message);
    Err(match source {
        Some(source) => error.with_source(source),
        None => error,
    })
}

fn broken_json(resource: &Resource, body: &Bytes, fault: serde_json::Error) -> Error {
    let what = if fault.is_eof() {
        format!("the answer ends in the middle, after {} bytes", body.len())
    } else {
        format!("the answer is no JSON at line {}, column {}", fault.line(), fault.column())
    };
    Error::new(Code::UpstreamUnavailable, format!("resource `{}`: {what}", resource.name)).with_source(fault)
}

struct Mapper<'a> {
    connector: &'a Connector,
    resource: &'a Resource,
    base: &'a Url,
}

impl Mapper<'_> {
    fn item(&self, index: u64, item: Val, mapped: &mut Mapped) {
        let expanded = match self.resource.expand {
            None => Ok(vec![item]),
            Some(expression) => self.connector.program.all(expression, item, MAX_EXPANSION),
        };
        match expanded {
            Ok(items) => {
                for item in items {
                    match self.record(item) {
                        Ok(record) => {
                            mapped.records.push(record);
                            mapped.places.push(index);
                        }
                        Err((id, fault)) => mapped.failures.push(self.failure(index, id, fault)),
                    }
                }
            }
            Err(message) => {
                mapped.failures.push(self.failure(index, None, Fault::new("expand", "jq", message)));
            }
        }
    }

    fn record(&self, item: Val) -> Result<Record, (Option<String>, Fault)> {
        let reader = value::Reader { program: &self.connector.program, item };
        let name = &self.resource.name;
        match &self.resource.mapping {
            Mapping::Entry(mapping) => {
                let id = reader.external_id(mapping.external_id).map_err(|fault| (None, fault))?;
                let record = entry::read(&reader, mapping, name, id.clone());
                record.map(|record| Record::Entry(Box::new(record))).map_err(|fault| (Some(id), fault))
            }
            Mapping::Asset(mapping) => {
                let id = reader.external_id(mapping.external_id).map_err(|fault| (None, fault))?;
                let record = asset::read(&reader, mapping, name, id.clone(), self.base);
                record.map(|record| Record::Asset(Box::new(record))).map_err(|fault| (Some(id), fault))
            }
        }
    }

    fn failure(&self, index: u64, external_id: Option<String>, fault: Fault) -> Failure {
        Failure {
            resource: self.resource.name.clone(),
            index,
            external_id,
            path: fault.path,
            code: fault.code.to_owned(),
            message: fault.message,
        }
    }
}
