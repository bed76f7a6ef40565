//! Conditions as SQL. Each one is true or false for every row, so that `not` is the complement.

use super::{
    arguments::Arguments,
    rows::{self, From, Scope, Ties},
    search, sql,
};
use crate::domain::{
    Result,
    access::BrandScope,
    catalog::{Column, Join, Noun, Scalar},
    fields::{COMPARED, FieldPath, Kind},
    read::{Comparison, Literal, Operand, Predicate, RelatedTo},
};

/// One condition, safe to stand between `and`s.
pub(super) fn condition(
    predicate: &Predicate,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let alias = &scope.alias;
    Ok(match predicate {
        Predicate::And(all) => {
            let mut conditions = Vec::new();
            for one in all {
                rows::push_predicate(one, scope, &mut conditions, arguments)?;
            }
            format!("({})", sql::all(&conditions))
        }
        Predicate::Or(any) => {
            let ways: Result<Vec<String>> = any.iter().map(|one| condition(one, scope, arguments)).collect();
            let ways = ways?;
            if ways.is_empty() { "false".to_owned() } else { format!("({})", ways.join(" or ")) }
        }
        Predicate::Not(inner) => format!("({}) is not true", condition(inner, scope, arguments)?),
        Predicate::Compare(operand, comparison, literal) => {
            compare(operand, *comparison, literal, scope, arguments)?
        }
        Predicate::In(operand, literals) => {
            let long = |one: &Literal| matches!(one, Literal::Text(text) if text.chars().count() >= COMPARED);
            let expression =
                if literals.iter().any(long) { scope.whole(operand) } else { scope.expression(operand) };
            arguments.among(&expression, literals)?
        }
        Predicate::Present(operand, true) => format!("{} is not null", scope.expression(operand)),
        Predicate::Present(operand, false) => format!("{} is null", scope.expression(operand)),
        Predicate::Related(related) => related_to(related, scope, arguments)?,
        Predicate::Search(wanted) => search::condition(alias, wanted, arguments)?,
        Predicate::BestLocale(code, among) => best_locale(code.as_deref(), among, scope, arguments)?,
        Predicate::Addressed(code, address) => addressed(code.as_deref(), address, scope, arguments)?,
        Predicate::Brands(column, BrandScope::Only(brands)) => match brands.as_slice() {
            [one] => format!("{} = {}", scope.column(column), arguments.bind(*one)?),
            several => format!("{} = any({})", scope.column(column), arguments.bind(several.to_vec())?),
        },
        Predicate::Brands(_, BrandScope::All) => "true".to_owned(),
        // As a set that is made once and looked up for each row, it leaves the choice of an index alone.
        Predicate::BrandLive(column) => {
            format!("{alias}.{column} not in (select id from brand where deleted_at is not null)")
        }
        Predicate::Live => format!("{alias}.deleted_at is null"),
    })
}

fn compare(
    operand: &Operand,
    comparison: Comparison,
    literal: &Literal,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    if let (Operand::Path(path, Kind::List), Comparison::Contains, Literal::Json(element)) =
        (operand, comparison, literal)
    {
        return list_contains(path, element, scope, arguments);
    }
    let whole = scope.whole(operand);
    if let (Operand::Column(Column { scalar: Scalar::Texts, .. }), Comparison::Contains) =
        (operand, comparison)
    {
        return Ok(format!("{} = any({whole})", arguments.literal(literal)?));
    }
    let expression = match literal {
        Literal::Text(text) if text.chars().count() >= COMPARED => whole.clone(),
        _ => scope.expression(operand),
    };
    let pattern = |text: &str, open_start: bool| {
        format!("{}{}%", if open_start { "%" } else { "" }, sql::escape_like(text))
    };
    Ok(match (comparison, literal) {
        (Comparison::Contains, Literal::Text(text)) => {
            format!("{whole} ilike {}", arguments.bind(pattern(text, true))?)
        }
        (Comparison::StartsWith, Literal::Text(text)) => {
            let alike = format!("{whole} ilike {}", arguments.bind(pattern(text, false))?);
            match operand {
                Operand::Column(Column { name: "slug", .. }) => {
                    let beginning = arguments.bind(text.clone())?;
                    format!("{} and {alike}", between(&whole, &beginning))
                }
                _ => alike,
            }
        }
        _ => format!("{expression} {} {}", sign(comparison), arguments.literal(literal)?),
    })
}

/// The range of texts that begin like this, as an index over `lower(…) text_pattern_ops` has it. The end is what begins so and
/// goes on with the last character that there is.
fn between(expression: &str, beginning: &str) -> String {
    format!(
        "lower({expression}) ~>=~ lower({beginning}) and lower({expression}) ~<~ (lower({beginning}) || chr(1114111))"
    )
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Ne => "is distinct from",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        // A containment of values that are neither text nor lists is sameness.
        Comparison::Eq | Comparison::Contains | Comparison::StartsWith => "=",
    }
}

/// A list that has an element: asked of the whole document where the path has no positions, so that the GIN index answers.
fn list_contains(
    path: &FieldPath,
    element: &str,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let has_positions =
        path.segments().iter().any(|segment| segment.starts_with(|first: char| first.is_ascii_digit()));
    if has_positions {
        let list = scope.expression(&Operand::Path(path.clone(), Kind::List));
        let wanted = arguments.bind(format!("[{element}]"))?;
        return Ok(format!("{list} @> {wanted}::jsonb"));
    }
    let document = path
        .segments()
        .iter()
        .rev()
        .fold(format!("[{element}]"), |inner, name| format!("{{\"{name}\":{inner}}}"));
    Ok(format!("{} @> {}::jsonb", scope.column("fields"), arguments.bind(document)?))
}

/// There is a related row. Where the other noun has few rows, their keys are gathered once, before the rows are walked, so
/// that the walk can follow an index; one key where the condition is on a unique column, which even keeps its order.
fn related_to(related: &RelatedTo, scope: &Scope<'_>, arguments: &mut Arguments<'_>) -> Result<String> {
    let mut inner = Scope::new(&related.noun, arguments);
    let mut conditions = Vec::new();
    if let Join::Columns { here, there: "id", others_only: false } = related.join
        && related.noun.few
    {
        let tables = rows::join(&mut inner, None, Ties::default(), &mut conditions, arguments)?;
        rows::push_predicate(&related.predicate, &inner, &mut conditions, arguments)?;
        let keys = format!("select {}.id from {tables} where {}", inner.alias, sql::all(&conditions));
        let outer = scope.column(here);
        return Ok(if names_one(&related.predicate, &related.noun) {
            format!("{outer} = ({keys})")
        } else {
            format!("{outer} = any(array({keys}))")
        });
    }
    let from = From { scope, join: related.join, field: related.field.as_deref() };
    let tables = rows::join(&mut inner, Some(from), Ties::default(), &mut conditions, arguments)?;
    rows::push_predicate(&related.predicate, &inner, &mut conditions, arguments)?;
    Ok(format!("exists (select 1 from {tables} where {})", sql::all(&conditions)))
}

/// Whether at most one row of the noun can satisfy this.
fn names_one(predicate: &Predicate, noun: &Noun) -> bool {
    let all = match predicate {
        Predicate::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let unique = |one: &Predicate| match one {
        Predicate::And(_) => names_one(one, noun),
        Predicate::Compare(Operand::Column(column), Comparison::Eq, _) => column.unique,
        Predicate::Compare(Operand::Key(_), Comparison::Eq, _) => true,
        _ => false,
    };
    // A type's key is unique in its brand.
    let keyed = |one: &Predicate| matches!(one, Predicate::Compare(Operand::Column(column), Comparison::Eq, _) if column.name == "key");
    all.iter().any(unique)
        || (noun.name == "ContentType" && any(predicate, &keyed) && any(predicate, &in_one_brand))
}

/// Whether any of the conditions that must all hold is such a one.
fn any(predicate: &Predicate, such: &impl Fn(&Predicate) -> bool) -> bool {
    match predicate {
        Predicate::And(all) => all.iter().any(|one| any(one, such)),
        one => such(one),
    }
}

fn in_one_brand(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Brands(_, BrandScope::Only(brands)) => brands.len() == 1,
        Predicate::Related(related) => {
            related.noun.name == "Brand"
                && related.join == Join::to("brand_id")
                && names_one(&related.predicate, &related.noun)
        }
        _ => false,
    }
}

/// The row belongs to the one set of translations that is meant by an address. Two sets may share a slug, each in a locale of
/// its own; then the locale decides, and the key at last, so that one question always has one answer.
fn addressed(
    code: Option<&str>,
    address: &Predicate,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let named = Scope::new(scope.noun, arguments);
    let mut conditions = Vec::new();
    rows::push_predicate(address, &named, &mut conditions, arguments)?;
    let (alias, table) = (&named.alias, scope.noun.table);
    let code = match code {
        Some(code) => arguments.bind(code.to_owned())?,
        None => format!("(select default_locale from brand where id = {alias}.brand_id)"),
    };
    let chain = format!("(select chain from locale where brand_id = {alias}.brand_id and code = {code})");
    Ok(format!(
        "{} = (select {alias}.translation_id from {table} {alias} where {} order by array_position({chain}, {alias}.locale), \
         {alias}.locale, {alias}.id limit 1)",
        scope.column("translation_id"),
        sql::all(&conditions)
    ))
}

/// The row's locale is in the chain of the wanted one, and no translation of it stands nearer in the chain.
fn best_locale(
    code: Option<&str>,
    among: &Predicate,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let (alias, locale) = (&scope.alias, arguments.alias());
    let other = Scope::new(scope.noun, arguments);
    let mut conditions = Vec::new();
    rows::push_predicate(among, &other, &mut conditions, arguments)?;
    let nearer = &other.alias;
    let (given, code) = match code {
        Some(code) => (true, arguments.bind(code.to_owned())?),
        None => (false, format!("(select default_locale from brand where id = {alias}.brand_id)")),
    };
    // Where nobody asked for a locale, an entry that exists in none of the default ones is still an entry.
    let any = if given {
        String::new()
    } else {
        format!(
            " or not exists (select 1 from entry {nearer} where {nearer}.translation_id = {alias}.translation_id and {} \
             and {nearer}.locale = any({locale}.chain))",
            sql::all(&conditions)
        )
    };
    Ok(format!(
        "exists (select 1 from locale {locale} where {locale}.brand_id = {alias}.brand_id and {locale}.code = {code} \
         and ({alias}.locale = any({locale}.chain){any}) and not exists (select 1 from entry {nearer} \
         where {nearer}.translation_id = {alias}.translation_id and {} and \
         array_position({locale}.chain, {nearer}.locale) < array_position({locale}.chain, {alias}.locale)))",
        sql::all(&conditions)
    ))
}
