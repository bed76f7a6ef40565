//! Reads a brand's rows a page at a time, by the plans that every reader's right is woven into.

use std::sync::Arc;

use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use super::line::{NODE, Row};
use crate::{
    domain::{
        Error, Result,
        catalog::{Catalog, Join, Noun, Read},
        read::{
            Comparison, Connection, Direction, Fingerprint, LIMITS, Link, List, Literal, One, Operand,
            OrderKey, Part, Plan, Predicate, RelatedTo, Rows, Selection, Value, Window,
        },
    },
    service::{Caller, Library},
};

/// How many rows are read at a time.
const PAGE: u32 = 500;

/// Reads the rows of one brand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pages<'a> {
    pub(super) library: &'a Library,
    pub(super) caller: &'a Caller,
    /// Its slug.
    pub(super) brand: &'a str,
    /// Whether the caller sees all of its entries.
    pub(super) whole: bool,
}

impl Pages<'_> {
    /// The brand, where the caller sees it.
    pub(super) async fn brand<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let catalog = self.library.catalog();
        let noun = catalog.noun("Brand")?;
        let rows = rows(noun, slug_is(noun, self.brand)?, "id");
        let mut selection = columns(noun, &["slug", "name", "defaultLocale"])?;
        let locales =
            list(catalog, noun, "locales", |noun| columns(noun, &["code", "fallback"]), "position")?;
        selection.0.push(("locales".to_owned(), locales));
        let reading = self.library.read(Plan::One(Box::new(One { rows, selection })), self.caller).await?;
        if reading.json == "null" {
            return Ok(None);
        }
        serde_json::from_str(&reading.json).map(Some).map_err(Error::internal)
    }

    /// All rows of a noun.
    pub(super) async fn all<T: Row + DeserializeOwned>(&self, noun: &str) -> Result<Vec<T>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page: Vec<T> = self.next(noun, after).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.id());
            all.extend(page);
        }
    }

    /// The next rows of a noun, by their keys; none at the end.
    pub(super) async fn next<T: Row + DeserializeOwned>(
        &self,
        noun: &str,
        after: Option<Uuid>,
    ) -> Result<Vec<T>> {
        #[derive(Deserialize)]
        struct Page<T> {
            nodes: Vec<T>,
        }
        let catalog = self.library.catalog();
        let (noun, brand) = (catalog.noun(noun)?, catalog.noun("Brand")?);
        let of_brand = RelatedTo {
            noun: Arc::clone(brand),
            join: Join::to("brand_id"),
            field: None,
            predicate: slug_is(brand, self.brand)?,
        };
        let mut predicate = Predicate::Related(Box::new(of_brand));
        if let Some(after) = after {
            let key = Operand::Key(noun.key);
            predicate = predicate.and(Predicate::Compare(key, Comparison::Gt, Literal::Key(after)));
        }
        let mut selection = T::selection(catalog, noun, self.whole)?;
        let kind = noun.kind.ok_or_else(|| Error::internal("what is exported has an id"))?;
        selection.0.push((NODE.to_owned(), Value::Key(kind, noun.key)));
        let plan = Connection {
            rows: rows(noun, predicate, noun.key),
            window: Window { limit: PAGE, backward: false, after: None, before: None },
            parts: vec![("nodes".to_owned(), Part::Nodes(0))],
            bodies: vec![selection],
            fingerprint: Fingerprint::default(),
        };
        let reading = self.library.read(Plan::Connection(Box::new(plan)), self.caller).await?;
        let page: Page<T> = serde_json::from_str(&reading.json).map_err(Error::internal)?;
        Ok(page.nodes)
    }
}

fn slug_is(noun: &Noun, slug: &str) -> Result<Predicate> {
    let Some(Read::Column(column)) = noun.field("slug").map(|field| &field.read) else {
        return Err(Error::internal("a brand has a slug"));
    };
    Ok(Predicate::Compare(Operand::Column(*column), Comparison::Eq, Literal::Text(slug.to_owned())))
}

fn rows(noun: &Arc<Noun>, predicate: Predicate, key: &'static str) -> Rows {
    let order = vec![OrderKey { operand: Operand::Key(key), direction: Direction::Asc, nulls: None }];
    Rows { noun: Arc::clone(noun), predicate, order, search: None, via: None }
}

/// Values of a row's own, under their GraphQL names.
pub(super) fn columns(noun: &Noun, names: &[&str]) -> Result<Selection> {
    let value = |name: &&str| match (noun.field(name).map(|field| &field.read), noun.kind) {
        (Some(Read::Column(column)), _) => Ok(((*name).to_owned(), Value::Column(*column))),
        (Some(Read::Key), Some(kind)) => Ok(((*name).to_owned(), Value::Key(kind, noun.key))),
        _ => Err(Error::internal(format!("{name} is no value of {}", noun.name))),
    };
    names.iter().map(value).collect::<Result<_>>().map(Selection)
}

/// A value of a row's own, under another name.
pub(super) fn renamed(noun: &Noun, field: &str, name: &str) -> Result<(String, Value)> {
    let Selection(values) = columns(noun, &[field])?;
    let value = values.into_iter().next().map(|(_, value)| (name.to_owned(), value));
    value.ok_or_else(|| Error::internal(format!("{field} is no value of {}", noun.name)))
}

/// Related rows, in full.
pub(super) fn list(
    catalog: &Catalog,
    noun: &Noun,
    name: &str,
    selection: impl FnOnce(&Noun) -> Result<Selection>,
    order: &'static str,
) -> Result<Value> {
    let Some(Read::List(relation)) = noun.field(name).map(|field| &field.read) else {
        return Err(Error::internal(format!("{name} is no list of {}", noun.name)));
    };
    let there = catalog.noun(relation.noun)?;
    let to = List {
        rows: rows(there, Predicate::all(), order),
        limit: LIMITS.max_list,
        selection: selection(there)?,
    };
    Ok(Value::List(Box::new(Link { join: relation.join, field: None, optional: false, to })))
}

/// The id of the first row that has the same in a column, of those that the caller sees: the row itself, where no other one is
/// before it. Null where the roles hide what leads there.
pub(super) fn first(catalog: &Catalog, noun: &str, column: &'static str) -> Result<Value> {
    let there = catalog.noun(noun)?;
    let kind = there.kind.ok_or_else(|| Error::internal("what is exported has an id"))?;
    let selection = Selection(vec![(NODE.to_owned(), Value::Key(kind, there.key))]);
    let to = One { rows: rows(there, Predicate::all(), there.key), selection };
    let join = Join::Columns { here: column, there: column, others_only: false };
    Ok(Value::One(Box::new(Link { join, field: None, optional: true, to })))
}

/// The one related row.
pub(super) fn one(catalog: &Catalog, noun: &Noun, name: &str, wanted: &[&str]) -> Result<Value> {
    let Some(Read::One(relation)) = noun.field(name).map(|field| &field.read) else {
        return Err(Error::internal(format!("{name} is no row of {}", noun.name)));
    };
    let there = catalog.noun(relation.noun)?;
    let to = One { rows: rows(there, Predicate::all(), there.key), selection: columns(there, wanted)? };
    Ok(Value::One(Box::new(Link { join: relation.join, field: None, optional: false, to })))
}
