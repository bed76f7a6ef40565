//! Comparisons with values: what a scalar's filter says, as conditions.

use super::input::{Input, Inputs};
use crate::domain::{
    Error, Result,
    catalog::Scalar,
    fields::{FieldPath, Kind},
    node::NodeId,
    read::{Comparison, LIMITS, Literal, Operand, Predicate},
};

/// The conditions of `{eq: …, gt: …}` on an operand that holds such values; all of them hold.
pub(super) fn scalar(operand: &Operand, scalar: Scalar, filter: &Inputs<'_>) -> Result<Predicate> {
    conditions(operand, filter, &|input| literal(scalar, input))
}

/// The conditions on a custom list of declared path; all of them hold.
pub(super) fn list(path: &FieldPath, filter: &Inputs<'_>) -> Result<Predicate> {
    let operand = Operand::Path(path.clone(), Kind::List);
    conditions(&operand, filter, &|input| custom_literal(Kind::List, input))
}

/// The conditions of a filter on a custom path. The JSON type of the value says how it is compared, or `as` does.
pub(super) fn custom(filter: &Inputs<'_>) -> Result<Predicate> {
    let path = filter.get("path")?;
    let path = FieldPath::parse(path.text()?, path.path())?;
    let declared = filter.find("as").map(|input| kind(&input)).transpose()?;
    let mut all = Vec::new();
    for (name, input) in filter.entries() {
        if matches!(name, "path" | "as") {
            continue;
        }
        let kind = match declared {
            Some(kind) => kind,
            None if matches!(name, "containsAny" | "containsAll") => Kind::List,
            None => kind_of(name, &input),
        };
        let operand = Operand::Path(path.clone(), kind);
        all.push(condition(&operand, name, &input, &|input| custom_literal(kind, input))?);
    }
    if all.is_empty() {
        return Err(Error::invalid(
            path.to_string(),
            "required",
            "a filter on a field needs a condition beside `path`",
        ));
    }
    Ok(Predicate::And(all))
}

/// The declared kind of a custom path.
pub(super) fn kind(input: &Input<'_>) -> Result<Kind> {
    Ok(match input.word()? {
        "TEXT" => Kind::Text,
        "NUMBER" => Kind::Number,
        "BOOLEAN" => Kind::Boolean,
        "DATE_TIME" => Kind::Moment,
        "LIST" => Kind::List,
        _ => return Err(input.unknown("a value of FieldKind")),
    })
}

/// The kind that an operator's value is of.
fn kind_of(operator: &str, input: &Input<'_>) -> Kind {
    use async_graphql_value::ConstValue;
    let value = match input.value() {
        ConstValue::List(items) => items.first().unwrap_or(input.value()),
        value => value,
    };
    match value {
        ConstValue::Number(_) => Kind::Number,
        // Whether there is a value does not say what kind of value.
        ConstValue::Boolean(_) if operator != "exists" => Kind::Boolean,
        _ => Kind::Text,
    }
}

fn conditions(
    operand: &Operand,
    filter: &Inputs<'_>,
    parse: &dyn Fn(&Input<'_>) -> Result<Literal>,
) -> Result<Predicate> {
    let mut all = Vec::new();
    for (name, input) in filter.entries() {
        all.push(condition(operand, name, &input, parse)?);
    }
    Ok(match all.len() {
        1 => all.swap_remove(0),
        _ => Predicate::And(all),
    })
}

fn condition(
    operand: &Operand,
    name: &str,
    input: &Input<'_>,
    parse: &dyn Fn(&Input<'_>) -> Result<Literal>,
) -> Result<Predicate> {
    if input.is_null() {
        // Taken for no condition, it would let every row through.
        return Err(input.wrong("null", "must not be null; `exists: false` asks for rows without a value"));
    }
    let comparison = match name {
        "eq" => Comparison::Eq,
        "ne" => Comparison::Ne,
        "gt" => Comparison::Gt,
        "gte" => Comparison::Gte,
        "lt" => Comparison::Lt,
        "lte" => Comparison::Lte,
        "contains" => Comparison::Contains,
        "startsWith" => Comparison::StartsWith,
        "exists" => return Ok(Predicate::Present(operand.clone(), input.boolean()?)),
        "in" => return Ok(Predicate::In(operand.clone(), several(input, parse)?)),
        "notIn" => {
            let among = Predicate::In(operand.clone(), several(input, parse)?);
            return Ok(Predicate::Not(Box::new(among)));
        }
        "containsAny" => return each(operand, input, parse).map(Predicate::Or),
        "containsAll" => return each(operand, input, parse).map(Predicate::And),
        _ => return Err(input.unknown("an operator of this filter")),
    };
    compare(operand, comparison, input, parse)
}

/// One containment for each of the values.
fn each(
    operand: &Operand,
    input: &Input<'_>,
    parse: &dyn Fn(&Input<'_>) -> Result<Literal>,
) -> Result<Vec<Predicate>> {
    let each = |item: &Input<'_>| compare(operand, Comparison::Contains, item, parse);
    bounded(input)?.iter().map(each).collect()
}

fn compare(
    operand: &Operand,
    comparison: Comparison,
    input: &Input<'_>,
    parse: &dyn Fn(&Input<'_>) -> Result<Literal>,
) -> Result<Predicate> {
    let literal = parse(input)?;
    let fits = match (comparison, &literal) {
        (Comparison::Eq | Comparison::Ne, _)
        | (Comparison::Contains, Literal::Text(_) | Literal::Json(_))
        | (Comparison::StartsWith, Literal::Text(_)) => true,
        (Comparison::Contains | Comparison::StartsWith, _) => false,
        (_, Literal::Boolean(_) | Literal::Json(_)) => false,
        _ => true,
    };
    if !fits {
        return Err(input.wrong("operator", "values of this kind cannot be compared so"));
    }
    Ok(Predicate::Compare(operand.clone(), comparison, literal))
}

fn several(input: &Input<'_>, parse: &dyn Fn(&Input<'_>) -> Result<Literal>) -> Result<Vec<Literal>> {
    bounded(input)?.iter().map(parse).collect()
}

/// The values of a set, no more than there may be.
fn bounded<'a>(input: &Input<'a>) -> Result<Vec<Input<'a>>> {
    let items = input.items();
    if items.len() > LIMITS.max_values as usize {
        return Err(Error::limit_at(
            input.path(),
            ("max_values", "values in one set"),
            LIMITS.max_values,
            items.len() as u64,
        ));
    }
    Ok(items)
}

fn literal(scalar: Scalar, input: &Input<'_>) -> Result<Literal> {
    Ok(match scalar {
        Scalar::Key(kind) => Literal::Key(NodeId::parse_as(kind, input.text()?, input.path())?),
        Scalar::Text | Scalar::Json | Scalar::Texts => Literal::Text(input.text()?.to_owned()),
        Scalar::Int => Literal::Int(i64::from(input.int()?)),
        Scalar::Number => Literal::Number(input.number()?),
        Scalar::Boolean => Literal::Boolean(input.boolean()?),
        Scalar::Moment => Literal::Moment(input.moment()?),
        Scalar::Enum(of) => Literal::Word(input.member(of)?),
    })
}

fn custom_literal(kind: Kind, input: &Input<'_>) -> Result<Literal> {
    Ok(match kind {
        Kind::Text => Literal::Text(input.text()?.to_owned()),
        Kind::Number => Literal::Number(input.number()?),
        Kind::Boolean => Literal::Boolean(input.boolean()?),
        Kind::Moment => Literal::Moment(input.moment()?),
        Kind::List => {
            let json = input.value().clone().into_json().map_err(Error::internal)?;
            Literal::Json(json.to_string())
        }
    })
}
