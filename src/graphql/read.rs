//! Reads one root field: select, plan, run. Both ways of execution come through here.

use std::cell::{Cell, RefCell};

use async_graphql::{
    Name, Positioned,
    parser::types::{Field, FragmentDefinition, SelectionSet, VariableDefinition},
};
use serde_json::value::RawValue;

use super::{
    context::RequestContext,
    select::{self, Root, Selector},
};
use crate::domain::{
    Code, Error, Result,
    access::Actor,
    catalog::Catalog,
    node::{Kind, NodeId},
    read::{
        Codec, Comparison, Connection, Fingerprint, Literal, Operand, OrderKey, Part, Plan, Predicate, Rows,
        Selection, Value, Window,
    },
};
use crate::service::{Reading, audit};

/// What a selection may refer to in its document.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'d> {
    /// The document's fragments.
    pub(super) fragments: &'d std::collections::HashMap<Name, Positioned<FragmentDefinition>>,
    /// The operation's variables.
    pub(super) definitions: &'d [Positioned<VariableDefinition>],
}

impl<'d> Surroundings<'d> {
    /// A selector over these, for one request.
    pub(super) fn selector<'s>(self, request: &'s RequestContext) -> Selector<'s>
    where
        'd: 's,
    {
        let (catalog, codec): (&Catalog, &Codec) = (request.library.catalog(), request.library.codec());
        Selector {
            catalog,
            codec,
            fragments: self.fragments,
            definitions: self.definitions,
            variables: &request.variables,
            rows: Cell::new(0),
            arguments: Cell::new(0),
            locales: RefCell::default(),
        }
    }
}

/// Reads a root field.
pub(super) async fn root(
    root: Root,
    field: &Field,
    sets: &[&SelectionSet],
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<Reading> {
    let (plans, locales) = {
        // The selector stays within these braces: it is not to be held across an await.
        let selector = surroundings.selector(request);
        let plans = match root {
            Root::Nodes => {
                let ids = select::nodes(&selector, field)?;
                Plans::Nodes(by_kind(&selector, &ids, sets, &request.caller.actor)?, ids)
            }
            root => Plans::One(Box::new(selector.root(root, field, sets.iter().copied())?)),
        };
        (plans, selector.locales.take())
    };
    request.library.know_locales(&locales, &request.caller).await?;
    match plans {
        Plans::One(plan) => {
            let asked = by_id(&plan);
            let reading = request.library.read(*plan, &request.caller).await?;
            if reading.json == "null" && reading.refused.is_empty() {
                audit::unseen(&request.services, &request.caller, field.name.node.as_str(), asked);
            }
            Ok(reading)
        }
        Plans::Nodes(plans, ids) => nodes(plans, &ids, request).await,
    }
}

/// Reads the node that a mutation changed.
pub(super) async fn node(
    id: NodeId,
    set: &SelectionSet,
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<Reading> {
    let (plan, locales) = {
        let selector = surroundings.selector(request);
        (selector.node(id, std::iter::once(set))?, selector.locales.take())
    };
    request.library.know_locales(&locales, &request.caller).await?;
    request.library.read(plan, &request.caller).await
}

/// Selects and authorizes what a mutation is to answer, for nodes that are not there yet; `kind` says which of the payload's
/// fields are nodes.
pub(super) async fn foresee(
    payload: &str,
    set: &SelectionSet,
    kind: impl Fn(&str) -> Option<Kind>,
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<()> {
    let (plans, locales) = {
        let selector = surroundings.selector(request);
        let mut plans = Vec::new();
        for (key, field) in selector.collect(std::iter::once(set), payload)? {
            if let Some(kind) = kind(field.name()) {
                let id = NodeId::new(kind, uuid::Uuid::nil());
                plans.push(selector.node(id, field.sets()).map_err(|error| error.within(key))?);
            }
        }
        (plans, selector.locales.take())
    };
    request.library.know_locales(&locales, &request.caller).await?;
    plans.into_iter().try_for_each(|plan| request.library.may_read(plan, &request.caller))
}

/// Refuses the version in the payload of an entry that is to be deleted, where it is hidden in entries.
pub(super) fn foresee_version(
    payload: &str,
    set: &SelectionSet,
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<()> {
    let selector = surroundings.selector(request);
    for (key, field) in selector.collect(std::iter::once(set), payload)? {
        if field.name() == "version" {
            let seen = request.library.may_see("Entry", "version", &request.caller);
            seen.map_err(|error| error.within(key))?;
        }
    }
    Ok(())
}

/// The node that a plan asks for by its id.
fn by_id(plan: &Plan) -> Option<NodeId> {
    let Plan::One(one) = plan else { return None };
    match (&one.rows.predicate, one.rows.noun.kind) {
        (Predicate::Compare(Operand::Key(_), Comparison::Eq, Literal::Key(id)), Some(kind)) => {
            Some(NodeId::new(kind, *id))
        }
        _ => None,
    }
}

enum Plans {
    One(Box<Plan>),
    Nodes(Vec<Plan>, Vec<NodeId>),
}

/// One plan for each kind among the ids; its answer has the ids in one list and the nodes in another, in one order. What the
/// caller may see none of is not asked for: it is null like what is not there, and the rest stands.
fn by_kind(
    selector: &Selector<'_>,
    ids: &[NodeId],
    sets: &[&SelectionSet],
    actor: &Actor,
) -> Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for kind in Kind::ALL {
        let keys: Vec<Literal> =
            ids.iter().filter(|id| id.kind == kind).map(|id| Literal::Key(id.id)).collect();
        let Ok(limit) = u32::try_from(keys.len()) else { continue };
        if limit == 0 {
            continue;
        }
        let noun = selector.catalog.noun(kind.type_name())?;
        if actor.grant(noun.read).is_err_and(|error| error.code() == Code::Forbidden) {
            continue;
        }
        let key = Operand::Key(noun.key);
        let order =
            OrderKey { operand: key.clone(), direction: crate::domain::read::Direction::Asc, nulls: None };
        let body = selector.selection(
            noun,
            sets.iter().copied(),
            select::Place { fan: u64::from(limit), ..select::Place::ROOT },
        )?;
        plans.push(Plan::Connection(Box::new(Connection {
            rows: Rows {
                noun: std::sync::Arc::clone(noun),
                predicate: Predicate::In(key, keys),
                order: vec![order],
                search: None,
                via: None,
            },
            window: Window { limit, backward: false, after: None, before: None },
            parts: vec![("ids".to_owned(), Part::Nodes(0)), ("nodes".to_owned(), Part::Nodes(1))],
            bodies: vec![Selection(vec![("id".to_owned(), Value::Key(kind, noun.key))]), body],
            fingerprint: Fingerprint::default(),
        })));
    }
    Ok(plans)
}

#[derive(serde::Deserialize)]
struct Found<'j> {
    ids: Vec<Id>,
    #[serde(borrow)]
    nodes: Vec<&'j RawValue>,
}

#[derive(serde::Deserialize)]
struct Id {
    id: String,
}

/// Selects and authorizes what is to be shown of nodes of several kinds, which are not there yet.
pub(super) async fn foresee_kinds(
    kinds: &[Kind],
    sets: &[&SelectionSet],
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<()> {
    let ids: Vec<NodeId> = kinds.iter().map(|kind| NodeId::new(*kind, uuid::Uuid::nil())).collect();
    let (plans, locales) = {
        let selector = surroundings.selector(request);
        (by_kind(&selector, &ids, sets, &request.caller.actor)?, selector.locales.take())
    };
    request.library.know_locales(&locales, &request.caller).await?;
    plans.into_iter().try_for_each(|plan| request.library.may_read(plan, &request.caller))
}

/// Reads nodes, one statement for each of their kinds: JSON text for each id, `null` for what is not there, and what is null inside
/// of it because the caller may not see it.
pub(super) async fn each(
    ids: &[NodeId],
    sets: &[&SelectionSet],
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<(Vec<String>, Vec<Error>)> {
    let mut once: Vec<NodeId> = Vec::with_capacity(ids.len());
    let mut seen = std::collections::HashSet::with_capacity(ids.len());
    once.extend(ids.iter().filter(|id| seen.insert(**id)));
    let (plans, locales) = {
        let selector = surroundings.selector(request);
        (by_kind(&selector, &once, sets, &request.caller.actor)?, selector.locales.take())
    };
    request.library.know_locales(&locales, &request.caller).await?;
    let (answers, refused) = answers(plans, request).await?;
    let known = found(&answers)?;
    let shown = |id: &NodeId| known.get(&id.to_string()).map_or("null", |node| node.get()).to_owned();
    Ok((ids.iter().map(shown).collect(), refused))
}

async fn answers(plans: Vec<Plan>, request: &RequestContext) -> Result<(Vec<String>, Vec<Error>)> {
    let (mut answers, mut refused) = (Vec::with_capacity(plans.len()), Vec::new());
    for plan in plans {
        // The pages of which the list is put together are none of the caller's.
        let answer = request.library.read(plan, &request.caller).await.map_err(Error::without_outermost)?;
        refused.extend(answer.refused.into_iter().map(Error::without_outermost));
        answers.push(answer.json);
    }
    Ok((answers, refused))
}

fn found(answers: &[String]) -> Result<std::collections::HashMap<String, &RawValue>> {
    let mut known = std::collections::HashMap::new();
    for answer in answers {
        let found: Found<'_> = serde_json::from_str(answer).map_err(Error::internal)?;
        known.extend(found.ids.into_iter().map(|id| id.id).zip(found.nodes));
    }
    Ok(known)
}

async fn nodes(plans: Vec<Plan>, ids: &[NodeId], request: &RequestContext) -> Result<Reading> {
    let (answers, refused) = answers(plans, request).await?;
    let known = found(&answers)?;
    let unseen = ids.iter().copied().filter(|id| !known.contains_key(&id.to_string()));
    audit::unseen(&request.services, &request.caller, "nodes", unseen);
    let in_order: Vec<&str> =
        ids.iter().map(|id| known.get(&id.to_string()).map_or("null", |node| node.get())).collect();
    Ok(Reading { json: format!("[{}]", in_order.join(",")), refused })
}
