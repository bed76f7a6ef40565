//! What is selected of a batch's results, and how it is written: the nodes are read together, not one by one.

use std::fmt::Write as _;

use async_graphql::parser::types::SelectionSet;
use serde_json::{Value, json};

use super::results::BatchStatus;
use crate::{
    domain::{
        Error, Result,
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        context::RequestContext,
        read::{self, Surroundings},
        select::Selector,
    },
};

/// What became of an operation, as it is told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) status: BatchStatus,
    pub(super) changed: Option<(Kind, Changed)>,
    pub(super) error: Option<Value>,
}

/// What is selected of each result.
pub(super) struct Shape<'d> {
    fields: Vec<(String, Part)>,
    nodes: Vec<(String, Vec<&'d SelectionSet>)>,
}

enum Part {
    Typename,
    Index,
    Key,
    Operation,
    Status,
    Id,
    Version,
    Node(usize),
    Error(Vec<(String, Of)>),
}

/// A part of an error, by its name, or its violations with what is selected of them.
enum Of {
    Member(String),
    Violations(Vec<(String, String)>),
}

impl<'d> Shape<'d> {
    /// What the selections on `results` ask for.
    ///
    /// # Errors
    /// `INVALID` where a directive's condition is none.
    pub(super) fn of(selector: &Selector<'d>, sets: impl Iterator<Item = &'d SelectionSet>) -> Result<Self> {
        let mut shape = Self { fields: Vec::new(), nodes: Vec::new() };
        for (key, field) in selector.collect(sets, "BatchResult")? {
            let part = match field.name() {
                "index" => Part::Index,
                "key" => Part::Key,
                "operation" => Part::Operation,
                "status" => Part::Status,
                "id" => Part::Id,
                "version" => Part::Version,
                "node" => {
                    shape.nodes.push((key.to_owned(), field.sets().collect()));
                    Part::Node(shape.nodes.len() - 1)
                }
                "error" => Part::Error(of_error(selector, field.sets())?),
                _ => Part::Typename,
            };
            shape.fields.push((key.to_owned(), part));
        }
        Ok(shape)
    }

    /// Refuses what is selected of nodes and cannot be had, before anything is done.
    ///
    /// # Errors
    /// As a read of such nodes.
    pub(super) async fn foresee(
        &self,
        kinds: &[Kind],
        surroundings: Surroundings<'_>,
        request: &RequestContext,
    ) -> Result<()> {
        let versions = self.fields.iter().filter(|(_, part)| matches!(part, Part::Version));
        if kinds.contains(&Kind::Entry) {
            // It is the entry's, which is refused to whoever it is hidden from.
            for (key, _) in versions {
                let seen = request.library.may_see("Entry", "version", &request.caller);
                seen.map_err(|error| error.within(key))?;
            }
        }
        for (key, sets) in &self.nodes {
            read::foresee_kinds(kinds, sets, surroundings, request)
                .await
                .map_err(|error| error.within(key))?;
        }
        Ok(())
    }

    /// The results as JSON text, and what is null in them by the caller's right.
    ///
    /// # Errors
    /// As the reads of the nodes.
    pub(super) async fn write(
        &self,
        told: &[Told],
        surroundings: Surroundings<'_>,
        request: &RequestContext,
    ) -> Result<(String, Vec<Error>)> {
        let ids: Vec<NodeId> = told
            .iter()
            .filter_map(|one| one.changed)
            .map(|(kind, changed)| NodeId::new(kind, changed.id))
            .collect();
        let (mut nodes, mut refused) = (Vec::with_capacity(self.nodes.len()), Vec::new());
        for (key, sets) in &self.nodes {
            let (each, errors) = read::each(&ids, sets, surroundings, request).await?;
            nodes.push(each);
            refused.extend(errors.into_iter().map(|error| error.within(key)));
        }
        let mut text = String::from("[");
        let mut place = 0;
        for one in told {
            if one.index > 0 {
                text.push(',');
            }
            self.one(&mut text, one, |number| nodes.get(number)?.get(place).map(String::as_str));
            place += usize::from(one.changed.is_some());
        }
        text.push(']');
        Ok((text, refused))
    }

    fn one<'n>(&self, text: &mut String, told: &Told, node: impl Fn(usize) -> Option<&'n str>) {
        text.push('{');
        for (place, (key, part)) in self.fields.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // Writing to a text cannot fail.
            let _ = write!(text, "\"{key}\":");
            let changed =
                told.changed.map(|(kind, changed)| (NodeId::new(kind, changed.id), changed.version));
            let _ = match part {
                Part::Typename => write!(text, "\"BatchResult\""),
                Part::Index => write!(text, "{}", told.index),
                Part::Key => write!(text, "{}", json!(told.key)),
                Part::Operation => write!(text, "\"{}\"", told.name),
                Part::Status => write!(text, "\"{}\"", told.status.name()),
                Part::Id => write!(text, "{}", json!(changed.map(|(id, _)| id.to_string()))),
                Part::Version => write!(text, "{}", json!(changed.map(|(_, version)| version))),
                Part::Node(number) => {
                    let shown = changed.and_then(|_| node(*number)).unwrap_or("null");
                    text.push_str(shown);
                    Ok(())
                }
                Part::Error(parts) => write!(text, "{}", shown(told.error.as_ref(), parts)),
            };
        }
        text.push('}');
    }
}

fn of_error<'d>(
    selector: &Selector<'d>,
    sets: impl Iterator<Item = &'d SelectionSet>,
) -> Result<Vec<(String, Of)>> {
    let mut parts = Vec::new();
    for (key, field) in selector.collect(sets, "BatchError")? {
        let part = match field.name() {
            "violations" => {
                let inside = selector.collect(field.sets(), "BatchViolation")?;
                Of::Violations(
                    inside.iter().map(|(key, one)| ((*key).to_owned(), one.name().to_owned())).collect(),
                )
            }
            name => Of::Member(name.to_owned()),
        };
        parts.push((key.to_owned(), part));
    }
    Ok(parts)
}

/// What is selected of an error.
fn shown(error: Option<&Value>, parts: &[(String, Of)]) -> Value {
    let Some(error) = error else { return Value::Null };
    let member = |of: &Value, name: &str, ty: &str| match name {
        "__typename" => json!(ty),
        name => of.get(name).cloned().unwrap_or_default(),
    };
    let part = |part: &Of| match part {
        Of::Member(name) => member(error, name, "BatchError"),
        Of::Violations(inside) => {
            let all = error.get("violations").and_then(Value::as_array).into_iter().flatten();
            let one = |of: &Value| -> Value {
                inside.iter().map(|(key, name)| (key.clone(), member(of, name, "BatchViolation"))).collect()
            };
            all.map(one).collect()
        }
    };
    parts.iter().map(|(key, of)| (key.clone(), part(of))).collect()
}
