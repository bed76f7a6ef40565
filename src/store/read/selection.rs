//! What is wanted of a row, as one JSON expression.

use super::{
    arguments::Arguments,
    connection, predicate,
    rows::{self, From, Scope},
    sql,
};
use crate::{
    domain::{
        Result,
        catalog::{Column, Join, Scalar},
        fields::{FieldPath, Kind},
        read::{Link, List, One, Operand, Predicate, Selection, Value},
        variant::Variant,
    },
    store::path,
};

/// The JSON object of a row.
pub(super) fn object(
    selection: &Selection,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let pairs: Result<Vec<(String, String)>> =
        selection.0.iter().map(|(key, wanted)| Ok((key.clone(), value(wanted, scope, arguments)?))).collect();
    Ok(sql::object(&pairs?))
}

/// One value of a row.
pub(super) fn value(wanted: &Value, scope: &Scope<'_>, arguments: &mut Arguments<'_>) -> Result<String> {
    Ok(match wanted {
        Value::Typename(name) => sql::word(name),
        Value::Refused => "null".to_owned(),
        Value::Where(rows, inner) => {
            let condition = predicate::condition(rows, scope, arguments)?;
            format!("case when {condition} then {} end", value(inner, scope, arguments)?)
        }
        Value::Redacted(column, hidden) => redacted(scope.column(column.name), hidden, scope, arguments)?,
        Value::Key(kind, column) => format!("'{}_' || {}", kind.prefix(), scope.column(column)),
        Value::Column(column) => match column.scalar {
            Scalar::Enum(_) => format!("upper({})", scope.column(column.name)),
            _ => scope.column(column.name),
        },
        Value::Variant(column, wanted) => variant(*column, *wanted, scope),
        Value::Custom(custom) => scope.custom(custom, Kind::List),
        Value::Path(custom, kind) => scope.whole(&Operand::Path(custom.clone(), *kind)),
        Value::One(link) => {
            let Link { join, field, to, .. } = link.as_ref();
            one(to, Some(From { scope, join: *join, field: field.as_deref() }), arguments)?
        }
        Value::List(link) => {
            let Link { join, field, to, .. } = link.as_ref();
            list(to, From { scope, join: *join, field: field.as_deref() }, arguments)?
        }
        Value::Connection(link) => {
            let Link { join, field, to, .. } = link.as_ref();
            connection::object(to, From { scope, join: *join, field: field.as_deref() }, arguments)?
        }
    })
}

/// The address of a file; that of a smaller picture where it is one that is kept here. What is printed is numbers and a closed set.
pub(super) fn variant(column: Column, wanted: Variant, scope: &Scope<'_>) -> String {
    let (address, media_type) = (scope.column(column.name), scope.column("media_type"));
    let query = wanted.query();
    format!(
        "case when {address} like '/v1/assets/%' and {media_type} like 'image/%' \
         then {address} || '?{query}' else {address} end"
    )
}

/// A document without the members that are hidden, some of them only in some rows.
fn redacted(
    mut document: String,
    hidden: &[(FieldPath, Option<Predicate>)],
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    for (path, shown) in hidden {
        let kept = shown.as_ref().map(|rows| predicate::condition(rows, scope, arguments)).transpose()?;
        document = path::without(&document, path, kept.as_deref());
    }
    Ok(document)
}

/// At most one row, as a scalar subquery; null where there is none.
pub(super) fn one(one: &One, from: Option<From<'_>>, arguments: &mut Arguments<'_>) -> Result<String> {
    // A key on the other side finds one row at most: no order, nothing for the planner to think about.
    if let Some(From { join: Join::Columns { there: "id", .. }, .. }) | None = from {
        let found = rows::matching(&one.rows, from, arguments)?;
        let object = object(&one.selection, &found.scope, arguments)?;
        let conditions = sql::all(&found.conditions);
        return Ok(format!("(select {object} from {} where {conditions} limit 1)", found.tables));
    }
    let scope = Scope::outside(&one.rows, arguments);
    let object = object(&one.selection, &scope, arguments)?;
    let source = rows::page(&one.rows, from, None, 1, &scope, arguments)?;
    Ok(format!("(select {object} from {source})"))
}

/// A list in full. `json_agg` takes the rows of its subquery in their order.
fn list(list: &List, from: From<'_>, arguments: &mut Arguments<'_>) -> Result<String> {
    let scope = Scope::outside(&list.rows, arguments);
    let object = object(&list.selection, &scope, arguments)?;
    let source = rows::page(&list.rows, Some(from), None, list.limit, &scope, arguments)?;
    Ok(format!("(select coalesce(json_agg({object}), '[]') from {source})"))
}
