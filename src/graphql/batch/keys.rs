//! Client keys: how an operation of a batch names what an earlier one makes.
//!
//! What has a key gets its id before anything is done, so that whatever names it is read as if it had been there before.

use std::collections::HashMap;

use async_graphql::{
    Name, Value,
    registry::{MetaType, Registry},
};

use super::operation;
use crate::{
    domain::{Error, Result, Violation, batch::MAX_KEY, node::NodeId},
    kit::{clock::Clock, id},
};

/// The only member of an object that stands for an id inside of JSON, where every text is a text.
const MEMBER: &str = "@key";

/// An operation: its name, and its input.
pub(super) type Opened = (Name, Value);

/// The one member of an operation.
///
/// # Errors
/// `INTERNAL` where there is not exactly one; validation has seen to that.
pub(super) fn opened(value: Value) -> Result<Opened> {
    let only = match value {
        Value::Object(object) if object.len() == 1 => object.into_iter().next(),
        _ => None,
    };
    only.ok_or_else(|| Error::internal("an operation is not exactly one"))
}

/// The keys of a batch.
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: HashMap<String, (usize, NodeId)>,
    /// The key of each operation.
    of: Vec<Option<String>>,
    /// Which keys each operation seems to name.
    named: Vec<Vec<String>>,
}

impl Keys {
    /// The keys that operations give, each with an id for what it will name.
    ///
    /// # Errors
    /// `INVALID` for keys that are none, or stand twice.
    pub(super) fn of(operations: &[Opened], clock: &Clock) -> Result<Self> {
        let (mut keys, mut wrong) = (Self::default(), Vec::new());
        for (index, (name, value)) in operations.iter().enumerate() {
            let given = operation::makes(name).and_then(|(kind, argument)| match value {
                Value::Object(input) => match input.get(argument)? {
                    Value::String(key) => Some((kind, argument, key)),
                    _ => None,
                },
                _ => None,
            });
            keys.of.push(given.map(|(_, _, key)| key.clone()));
            let Some((kind, argument, key)) = given else { continue };
            let path = format!("operations[{index}].{name}.{argument}");
            if !fits(key) {
                let message = format!("must be 1 to {MAX_KEY} of A-Z a-z 0-9 _ - .");
                wrong.push(Violation::new(path, "key", message));
            } else if let Some((first, _)) = keys.known.get(key) {
                let message = format!("operation {first} has the key `{key}` already");
                wrong.push(Violation::new(path, "duplicate_key", message));
            } else {
                keys.known.insert(key.clone(), (index, NodeId::new(kind, id::new(clock.now()))));
            }
        }
        if !wrong.is_empty() {
            return Err(Error::violated(wrong));
        }
        if !keys.known.is_empty() {
            for (_, value) in operations {
                let mut named = Vec::new();
                mentions(value, &mut named);
                keys.named.push(named);
            }
        }
        Ok(keys)
    }

    /// The key of an operation, and the id of what it makes.
    pub(super) fn made_by(&self, index: usize) -> Option<(&str, NodeId)> {
        let key = self.of.get(index)?.as_deref()?;
        self.known.get(key).map(|(_, node)| (key, *node))
    }

    /// The input of an operation, with ids in place of keys.
    ///
    /// # Errors
    /// `INVALID` with each key that names nothing before the operation.
    pub(super) fn put_into(
        &self,
        index: usize,
        name: &Name,
        mut value: Value,
        registry: &Registry,
    ) -> Result<Value> {
        let mut walk = Walk { keys: self, index, registry, wrong: Vec::new() };
        if let Some(ty) = walk.field_of("BatchOperation", name) {
            walk.value(&mut value, ty, "");
        }
        if walk.wrong.is_empty() { Ok(value) } else { Err(Error::violated(walk.wrong)) }
    }

    /// The id that a key stands for in an operation, or what is wrong with it there.
    fn find(&self, key: &str, index: usize) -> Result<String, (&'static str, String)> {
        match self.known.get(key) {
            None => Err(("unknown_key", format!("no operation of this batch has the key `{key}`"))),
            Some((made, node)) if *made < index => Ok(node.to_string()),
            Some((made, _)) if self.leads(*made, index) => {
                let message =
                    format!("operation {made}, which has the key `{key}`, needs operation {index} itself");
                Err(("cycle", message))
            }
            Some((made, _)) => {
                let message = format!(
                    "operation {made}, which has the key `{key}`, comes only after operation {index}"
                );
                Err(("forward_key", message))
            }
        }
    }

    /// Whether an operation needs another one, or is it.
    fn leads(&self, from: usize, to: usize) -> bool {
        let (mut seen, mut open) = (vec![from], vec![from]);
        while let Some(one) = open.pop() {
            if one == to {
                return true;
            }
            for key in self.named.get(one).into_iter().flatten() {
                if let Some((next, _)) = self.known.get(key)
                    && !seen.contains(next)
                {
                    seen.push(*next);
                    open.push(*next);
                }
            }
        }
        false
    }
}

fn fits(key: &str) -> bool {
    (1..=MAX_KEY).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// What seems to name keys; a text of a field may look like it, which only makes a message say more than it should.
fn mentions(value: &Value, named: &mut Vec<String>) {
    match value {
        Value::String(text) => named.extend(text.strip_prefix('@').map(str::to_owned)),
        Value::List(items) => items.iter().for_each(|item| mentions(item, named)),
        Value::Object(fields) => {
            named.extend(stands_for(value).map(str::to_owned));
            fields.values().for_each(|item| mentions(item, named));
        }
        _ => {}
    }
}

/// The key that an object inside of JSON stands for.
fn stands_for(value: &Value) -> Option<&str> {
    match value {
        Value::Object(object) if object.len() == 1 => match object.get(MEMBER)? {
            Value::String(key) => Some(key),
            _ => None,
        },
        _ => None,
    }
}

struct Walk<'k> {
    keys: &'k Keys,
    index: usize,
    registry: &'k Registry,
    wrong: Vec<Violation>,
}

impl<'k> Walk<'k> {
    fn field_of(&self, of: &str, name: &str) -> Option<&'k str> {
        match self.registry.types.get(of) {
            Some(MetaType::InputObject { input_fields, .. }) => {
                input_fields.get(name).map(|field| field.ty.as_str())
            }
            _ => None,
        }
    }

    /// Puts ids into a value of that type.
    fn value(&mut self, value: &mut Value, ty: &str, at: &str) {
        let ty = ty.trim_end_matches('!');
        if let Some(inner) = ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
            if let Value::List(items) = value {
                for (place, item) in items.iter_mut().enumerate() {
                    self.value(item, inner, &format!("{at}/{place}"));
                }
            } else {
                self.value(value, inner, at);
            }
            return;
        }
        match (ty, &mut *value) {
            ("ID", Value::String(text)) => {
                if let Some(key) = text.strip_prefix('@').map(str::to_owned) {
                    self.replace(value, &key, at);
                }
            }
            ("JSON", _) => self.json(value, at),
            (_, Value::Object(fields)) => {
                for (name, inner) in fields.iter_mut() {
                    let Some(of) = self.field_of(ty, name) else { continue };
                    let at = if at.is_empty() { name.to_string() } else { format!("{at}/{name}") };
                    self.value(inner, of, &at);
                }
            }
            _ => {}
        }
    }

    fn json(&mut self, value: &mut Value, at: &str) {
        if let Some(key) = stands_for(value).map(str::to_owned) {
            return self.replace(value, &key, at);
        }
        match value {
            Value::List(items) => {
                for (place, item) in items.iter_mut().enumerate() {
                    self.json(item, &format!("{at}/{place}"));
                }
            }
            Value::Object(fields) => {
                for (name, inner) in fields.iter_mut() {
                    self.json(inner, &format!("{at}/{name}"));
                }
            }
            _ => {}
        }
    }

    fn replace(&mut self, value: &mut Value, key: &str, at: &str) {
        match self.keys.find(key, self.index) {
            Ok(id) => *value = Value::String(id),
            Err((code, message)) => self.wrong.push(Violation::new(at, code, message)),
        }
    }
}
