//! A set of rows in a statement: its table, its alias, and how its operands are written.

use std::{cell::RefCell, collections::BTreeSet, fmt::Write as _, rc::Rc};

use super::{arguments::Arguments, keyset, nullable, predicate, search, sql};
use crate::{
    domain::{
        Result,
        catalog::{Join, Noun, Scalar},
        fields::{FieldPath, Kind},
        read::{Direction, Nulls, Operand, OrderKey, Predicate, Rows, Window},
    },
    store::path,
};

/// Where operands are looked up.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    /// The rows' noun.
    pub(super) noun: &'a Noun,
    /// The alias of the rows' table.
    pub(super) alias: String,
    /// Where columns of the table of links are.
    link: Option<Linked>,
    /// What the relevance is called here.
    relevance: Option<String>,
    /// The columns that were asked for, so that a subquery gives out those and no others.
    used: Rc<RefCell<BTreeSet<&'static str>>>,
}

/// Where columns of the table of links are.
#[derive(Debug, Clone)]
enum Linked {
    /// In the table itself, under this alias.
    Table(String),
    /// Among the rows' own columns, since a subquery gave them out.
    Exported,
}

/// How the rows belong to a row that stands outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct From<'a> {
    /// The row outside.
    pub(super) scope: &'a Scope<'a>,
    /// The way here.
    pub(super) join: Join,
    /// The custom field that refers, where the relation has one.
    pub(super) field: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// Rows of a noun under an alias of their own.
    pub(super) fn new(noun: &'a Noun, arguments: &mut Arguments<'_>) -> Self {
        Self::named(noun, arguments.alias())
    }

    fn named(noun: &'a Noun, alias: String) -> Self {
        Self { noun, alias, link: None, relevance: None, used: Rc::default() }
    }

    /// Rows as they are seen from outside of the subquery that orders and pages them.
    pub(super) fn outside(rows: &'a Rows, arguments: &mut Arguments<'_>) -> Self {
        let mut scope = Self::new(&rows.noun, arguments);
        for key in &rows.order {
            match &key.operand {
                Operand::Link(_) => scope.link = Some(Linked::Exported),
                Operand::Relevance => scope.relevance = Some(format!("{}.relevance_", scope.alias)),
                Operand::Key(_) | Operand::Column(_) | Operand::Path(..) => {}
            }
        }
        scope
    }

    /// A column of the rows' table.
    pub(super) fn column(&self, name: &'static str) -> String {
        self.used.borrow_mut().insert(name);
        format!("{}.{name}", self.alias)
    }

    /// A custom value.
    pub(super) fn custom(&self, path: &FieldPath, kind: Kind) -> String {
        self.used.borrow_mut().insert("fields");
        path::expression(&self.alias, path, kind)
    }

    /// An operand with all of its text, which is what is shown and searched; indexes hold no more than its beginning.
    pub(super) fn whole(&self, operand: &Operand) -> String {
        match operand {
            Operand::Path(custom, Kind::Text) => {
                self.used.borrow_mut().insert("fields");
                path::whole_text(&self.alias, custom)
            }
            operand => self.expression(operand),
        }
    }

    /// An operand, as an expression.
    pub(super) fn expression(&self, operand: &Operand) -> String {
        let alias = &self.alias;
        match operand {
            Operand::Key(column) => self.column(column),
            Operand::Column(column) => self.column(column.name),
            Operand::Path(path, kind) => self.custom(path, *kind),
            Operand::Link(column) => match &self.link {
                Some(Linked::Table(link)) => format!("{link}.{column}"),
                Some(Linked::Exported) => format!("{alias}.link_{column}"),
                None => "0".to_owned(),
            },
            Operand::Relevance => self.relevance.clone().unwrap_or_else(|| "0::float4".to_owned()),
        }
    }

    /// An operand as text, as cursors hold it.
    pub(super) fn text(&self, operand: &Operand) -> String {
        let expression = self.expression(operand);
        if self.sql_type(operand) == "text" { expression } else { format!("{expression}::text") }
    }

    /// The SQL type of an operand, for values that come as text.
    pub(super) fn sql_type(&self, operand: &Operand) -> &'static str {
        match operand {
            Operand::Key(_) if self.noun.kind.is_some() => "uuid",
            Operand::Key(name) => self.noun.column(name).map_or("text", |column| scalar_type(column.scalar)),
            Operand::Column(column) => scalar_type(column.scalar),
            Operand::Path(_, kind) => match kind {
                Kind::Text => "text",
                Kind::Number => "numeric",
                Kind::Boolean => "boolean",
                Kind::Moment => "timestamptz",
                Kind::List => "jsonb",
            },
            Operand::Link("field") => "text",
            Operand::Link(_) => "int4",
            Operand::Relevance => "float4",
        }
    }
}

const fn scalar_type(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Key(_) => "uuid",
        Scalar::Text | Scalar::Enum(_) => "text",
        Scalar::Int => "int4",
        Scalar::Number => "numeric",
        Scalar::Boolean => "boolean",
        Scalar::Moment => "timestamptz",
        Scalar::Json => "jsonb",
        Scalar::Texts => "text[]",
    }
}

/// `table alias [join …]` and the conditions, without order or page: what counts and facets work on.
pub(super) struct Matching<'a> {
    /// The text after `from`.
    pub(super) tables: String,
    /// The text after `where`.
    pub(super) conditions: Vec<String>,
    /// The scope inside.
    pub(super) scope: Scope<'a>,
}

/// The rows that belong here and satisfy the condition.
pub(super) fn matching<'a>(
    rows: &'a Rows,
    from: Option<From<'_>>,
    arguments: &mut Arguments<'_>,
) -> Result<Matching<'a>> {
    let scope = Scope::new(&rows.noun, arguments);
    matching_as(rows, from, scope, arguments)
}

fn matching_as<'a>(
    rows: &'a Rows,
    from: Option<From<'_>>,
    mut scope: Scope<'a>,
    arguments: &mut Arguments<'_>,
) -> Result<Matching<'a>> {
    let mut conditions = Vec::new();
    let linked = rows.order.iter().any(|key| matches!(key.operand, Operand::Link(_)));
    let ties = Ties { linked, via: rows.via.as_ref() };
    let tables = join(&mut scope, from, ties, &mut conditions, arguments)?;
    push_predicate(&rows.predicate, &scope, &mut conditions, arguments)?;
    Ok(Matching { tables, conditions, scope })
}

/// How links are followed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ties<'a> {
    /// Whether the rows come in the order of their links.
    linked: bool,
    /// What the row that a link leads to must satisfy, where its translations count as linked.
    via: Option<&'a Predicate>,
}

/// The tables of related rows; their tie to the row outside goes into the conditions.
pub(super) fn join(
    scope: &mut Scope<'_>,
    from: Option<From<'_>>,
    ties: Ties<'_>,
    conditions: &mut Vec<String>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let (table, alias) = (scope.noun.table, scope.alias.clone());
    let mut tables = format!("{table} {alias}");
    match from {
        None => {}
        Some(From { scope: outer, join: Join::Columns { here, there, others_only }, .. }) => {
            conditions.push(format!("{alias}.{there} = {}", outer.column(here)));
            if others_only {
                conditions.push(format!("{alias}.id <> {}", outer.column("id")));
            }
        }
        Some(From { scope: outer, join: Join::Listed { here, .. }, .. }) => {
            conditions.push(format!("{alias}.id = any({})", outer.column(here)));
        }
        Some(From { scope: outer, join: Join::Through { table, here, there, position }, field }) => {
            let link = arguments.alias();
            let mut tie = vec![format!("{link}.{here} = {}", outer.column("id"))];
            if let Some(field) = field {
                tie.push(format!("{link}.field = {}", arguments.bind(field.to_owned())?));
            }
            let mut links = format!("{table} {link}");
            let meets = match ties.via {
                None => format!("{link}.{there} = {alias}.id"),
                Some(via) => {
                    let target = Scope::new(scope.noun, arguments);
                    push_predicate(via, &target, &mut tie, arguments)?;
                    let target = &target.alias;
                    let _ =
                        write!(links, " join {} {target} on {target}.id = {link}.{there}", scope.noun.table);
                    format!("{target}.translation_id = {alias}.translation_id")
                }
            };
            if position.is_none() || !ties.linked {
                // A row is there once, however many links lead to it.
                tie.insert(0, meets);
                conditions.push(format!("exists (select 1 from {links} where {})", sql::all(&tie)));
                return Ok(tables);
            }
            tables = format!("{links} join {tables} on {meets}");
            conditions.extend(tie);
            scope.link = Some(Linked::Table(link));
        }
    }
    Ok(tables)
}

/// Adds the conditions of a predicate, each `and` on its own.
pub(super) fn push_predicate(
    wanted: &Predicate,
    scope: &Scope<'_>,
    conditions: &mut Vec<String>,
    arguments: &mut Arguments<'_>,
) -> Result<()> {
    match wanted {
        Predicate::And(all) => {
            all.iter().try_for_each(|one| push_predicate(one, scope, conditions, arguments))
        }
        one => {
            conditions.push(predicate::condition(one, scope, arguments)?);
            Ok(())
        }
    }
}

/// The rows of a page, ordered, as a subquery that stands after `from`. `outside` is the scope in which its rows are used:
/// what was asked of it by now is what the subquery gives out. `limit` is what is fetched, which may be one more than the page.
pub(super) fn page(
    rows: &Rows,
    from: Option<From<'_>>,
    window: Option<&Window>,
    limit: u32,
    outside: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let inside = Scope::named(&rows.noun, outside.alias.clone());
    let Matching { tables, mut conditions, mut scope } = matching_as(rows, from, inside, arguments)?;
    if let Some(wanted) = &rows.search
        && rows.order.iter().any(|key| key.operand == Operand::Relevance)
    {
        scope.relevance = Some(search::relevance(&scope.alias, wanted, arguments)?);
    }
    let reversed: Vec<OrderKey> = rows.order.iter().map(OrderKey::reversed).collect();
    let order = if window.is_some_and(|window| window.backward) { &reversed } else { &rows.order };
    let bounds = window.map_or([None, None], |window| {
        [window.after.as_ref().map(|at| (&rows.order, at)), window.before.as_ref().map(|at| (&reversed, at))]
    });
    let alias = &scope.alias;
    let mut columns: Vec<String> =
        outside.used.borrow().iter().map(|column| format!("{alias}.{column}")).collect();
    for key in &rows.order {
        match &key.operand {
            Operand::Link(column) => {
                columns.push(format!("{} as link_{column}", scope.expression(&key.operand)));
            }
            Operand::Relevance => {
                columns.push(format!("{} as relevance_", scope.expression(&key.operand)));
            }
            Operand::Key(_) | Operand::Column(_) | Operand::Path(..) => {}
        }
    }
    // Related rows are few; the halves would only be two scans of them.
    if from.is_none()
        && let Some(halved) = nullable::Order::of(order)
    {
        let beyond = bounds
            .into_iter()
            .flatten()
            .filter_map(|(order, position)| Some((nullable::Order::of(order)?, position)))
            .collect();
        let halves =
            nullable::Halves { tables: &tables, conditions: &conditions, columns: &columns, limit, beyond };
        return halved.page(&halves, &scope, arguments);
    }
    for (order, position) in bounds.into_iter().flatten() {
        conditions.push(keyset::beyond(order, position, &scope, arguments)?);
    }
    let order: Vec<String> = order.iter().map(|key| order_by(key, &scope)).collect();
    Ok(format!(
        "(select {} from {tables} where {} order by {} limit {limit}) {alias}",
        columns.join(", "),
        sql::all(&conditions),
        order.join(", ")
    ))
}

/// One key after `order by`. Nothing is said of nulls where there are none or where PostgreSQL would do the same, so that
/// the order is that of an index.
fn order_by(key: &OrderKey, scope: &Scope<'_>) -> String {
    let expression = scope.expression(&key.operand);
    match (key.direction, key.nulls) {
        (Direction::Asc, None | Some(Nulls::Last)) => expression,
        (Direction::Asc, Some(Nulls::First)) => format!("{expression} nulls first"),
        (Direction::Desc, None | Some(Nulls::First)) => format!("{expression} desc"),
        (Direction::Desc, Some(Nulls::Last)) => format!("{expression} desc nulls last"),
    }
}
