//! A set of rows in a statement: its table, its alias, and how its operands are written.

use super::{arguments::Arguments, keyset, predicate, search, sql};
use crate::{
    domain::{
        Result,
        catalog::{Join, Noun, Scalar},
        fields::Kind,
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
    /// The alias of the row outside.
    pub(super) alias: &'a str,
    /// The way here.
    pub(super) join: Join,
    /// The custom field that refers, where the relation has one.
    pub(super) field: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// Rows of a noun under an alias of their own.
    pub(super) fn new(noun: &'a Noun, arguments: &mut Arguments<'_>) -> Self {
        Self { noun, alias: arguments.alias(), link: None, relevance: None }
    }

    /// An operand, as an expression.
    pub(super) fn expression(&self, operand: &Operand) -> String {
        let alias = &self.alias;
        match operand {
            Operand::Key(column) => format!("{alias}.{column}"),
            Operand::Column(column) => format!("{alias}.{}", column.name),
            Operand::Path(path, kind) => path::expression(alias, path, *kind),
            Operand::Link(column) => match &self.link {
                Some(Linked::Table(link)) => format!("{link}.{column}"),
                Some(Linked::Exported) => format!("{alias}.link_{column}"),
                None => "0".to_owned(),
            },
            Operand::Relevance => self.relevance.clone().unwrap_or_else(|| "0::float4".to_owned()),
        }
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

/// Rows in a statement: the text after `from`, and the scope in which a list of values may be written.
pub(super) struct Source<'a> {
    /// `(select … limit …) alias`, ready to stand after `from`.
    pub(super) text: String,
    /// The scope outside of that subquery.
    pub(super) scope: Scope<'a>,
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
    let mut scope = Scope::new(&rows.noun, arguments);
    let mut conditions = Vec::new();
    let tables = join(&mut scope, from, &mut conditions, arguments)?;
    push_predicate(&rows.predicate, &scope, &mut conditions, arguments)?;
    Ok(Matching { tables, conditions, scope })
}

/// The tables of related rows; their tie to the row outside goes into the conditions.
pub(super) fn join(
    scope: &mut Scope<'_>,
    from: Option<From<'_>>,
    conditions: &mut Vec<String>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let (table, alias) = (scope.noun.table, scope.alias.clone());
    let mut tables = format!("{table} {alias}");
    match from {
        None => {}
        Some(From { alias: outer, join: Join::Columns { here, there, others_only }, .. }) => {
            conditions.push(format!("{alias}.{there} = {outer}.{here}"));
            if others_only {
                conditions.push(format!("{alias}.id <> {outer}.id"));
            }
        }
        Some(From { alias: outer, join: Join::Listed { here }, .. }) => {
            conditions.push(format!("{alias}.id = any({outer}.{here})"));
        }
        Some(From { alias: outer, join: Join::Through { table, here, there, .. }, field }) => {
            let link = arguments.alias();
            tables = format!("{table} {link} join {tables} on {alias}.id = {link}.{there}");
            conditions.push(format!("{link}.{here} = {outer}.id"));
            if let Some(field) = field {
                conditions.push(format!("{link}.field = {}", arguments.bind(field.to_owned())?));
            }
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

/// The rows of a page, ordered, as a subquery. `limit` is what the subquery fetches, which may be one more than the page.
pub(super) fn page<'a>(
    rows: &'a Rows,
    from: Option<From<'_>>,
    window: Option<&Window>,
    limit: u32,
    arguments: &mut Arguments<'_>,
) -> Result<Source<'a>> {
    let Matching { tables, mut conditions, mut scope } = matching(rows, from, arguments)?;
    if let Some(wanted) = &rows.search
        && rows.order.iter().any(|key| key.operand == Operand::Relevance)
    {
        scope.relevance = Some(search::relevance(&scope.alias, wanted, arguments)?);
    }
    let backward = window.is_some_and(|window| window.backward);
    let order: Vec<OrderKey> =
        if backward { rows.order.iter().map(OrderKey::reversed).collect() } else { rows.order.clone() };
    if let Some(window) = window {
        if let Some(after) = &window.after {
            conditions.push(keyset::beyond(&rows.order, after, &scope, arguments)?);
        }
        if let Some(before) = &window.before {
            let reversed: Vec<OrderKey> = rows.order.iter().map(OrderKey::reversed).collect();
            conditions.push(keyset::beyond(&reversed, before, &scope, arguments)?);
        }
    }
    let alias = &scope.alias;
    let mut columns = format!("{alias}.*");
    let mut outside = Scope { noun: scope.noun, alias: alias.clone(), link: None, relevance: None };
    for key in &rows.order {
        match &key.operand {
            Operand::Link(column) => {
                columns = format!("{columns}, {} as link_{column}", scope.expression(&key.operand));
                outside.link = Some(Linked::Exported);
            }
            Operand::Relevance => {
                columns = format!("{columns}, {} as relevance_", scope.expression(&key.operand));
                outside.relevance = Some(format!("{alias}.relevance_"));
            }
            Operand::Key(_) | Operand::Column(_) | Operand::Path(..) => {}
        }
    }
    let order: Vec<String> = order.iter().map(|key| order_by(key, &scope)).collect();
    let text = format!(
        "(select {columns} from {tables} where {} order by {} limit {limit}) {alias}",
        sql::all(&conditions),
        order.join(", ")
    );
    Ok(Source { text, scope: outside })
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
