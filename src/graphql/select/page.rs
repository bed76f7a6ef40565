//! Which rows a list shows, in which order, and which page of them.

use std::sync::Arc;

use super::{
    Selector,
    input::{Input, Inputs},
    literal,
};
use crate::domain::{
    Error, Result,
    access::BrandScope,
    catalog::{Join, Noun, Read},
    fields::FieldPath,
    read::{
        Comparison, Direction, Fingerprint, LIMITS, Nulls, Operand, OrderKey, Predicate, Rows, Search,
        SearchMode, Window,
    },
    text::Locale,
};
use crate::service::WantedLocale;

/// The order that a list has when the query gives none.
pub(super) fn default_order(noun: &Noun, join: Option<Join>) -> Vec<OrderKey> {
    if let Some(Join::Through { position: Some(position), .. }) = join {
        let links = ["field", position].map(|column| key(Operand::Link(column), Direction::Asc));
        return links.to_vec();
    }
    if let Some(Join::Listed { order: Some(column), .. }) = join {
        // A path sorts after the paths that it begins with, so this goes from the root down.
        return vec![key(Operand::Key(column), Direction::Asc)];
    }
    let (column, downwards) = noun.feed;
    let direction = if downwards { Direction::Desc } else { Direction::Asc };
    if column == noun.key {
        return vec![key(Operand::Key(noun.key), direction)];
    }
    let feed = match noun.column(column) {
        Some(column) => Operand::Column(*column),
        // Not shown to clients, but every row has it.
        None => Operand::Key(column),
    };
    vec![key(feed, direction), key(Operand::Key(noun.key), direction)]
}

const fn key(operand: Operand, direction: Direction) -> OrderKey {
    OrderKey { operand, direction, nulls: None }
}

impl Selector<'_> {
    /// The rows that a connection's arguments ask for.
    pub(super) fn rows(&self, noun: &Arc<Noun>, join: Option<Join>, arguments: &Inputs<'_>) -> Result<Rows> {
        let mut predicate = match arguments.find("filter") {
            Some(filter) => self.filter(noun, &filter)?,
            None => Predicate::all(),
        };
        let locale = arguments.find("locale").map(|input| self.locale(&input)).transpose()?;
        if let Some(Wanted { code, fallback }) = &locale {
            let wanted = in_locale(noun, code, *fallback, &statuses(&predicate))?;
            predicate = predicate.and(wanted);
        }
        let in_locale = locale.is_some();
        let search = arguments
            .find("search")
            .map(|input| search(&input, locale.map(|wanted| wanted.code)))
            .transpose()?;
        if let Some(search) = &search {
            predicate = predicate.and(Predicate::Search(search.clone()));
        }
        let order = match arguments.find("orderBy") {
            Some(input) => order(noun, &input, search.is_some())?,
            None if search.is_some() => {
                let relevance = key(Operand::Relevance, Direction::Desc);
                vec![relevance, key(Operand::Key(noun.key), Direction::Desc)]
            }
            None => default_order(noun, join),
        };
        let via = matches!(join, Some(Join::Through { .. })).then(Predicate::all).filter(|_| in_locale);
        Ok(Rows { noun: Arc::clone(noun), predicate, order, search, via })
    }

    /// The page that a connection's arguments ask for. `print` is what its cursors belong to.
    pub(super) fn window(
        &self,
        keys: usize,
        arguments: &Inputs<'_>,
        print: impl Fn() -> Fingerprint,
    ) -> Result<Window> {
        let (first, last) = (arguments.find("first"), arguments.find("last"));
        let backward = last.is_some();
        if let (Some(_), Some(last)) = (&first, &last) {
            return Err(last.wrong("exclusive", "`first` and `last` cannot be given together"));
        }
        let limit = match first.or(last) {
            Some(input) => size(&input)?,
            None => LIMITS.default_page,
        };
        let position = |name: &str| {
            arguments
                .find(name)
                .map(|input| self.codec.decode(print(), keys, input.text()?, input.path()))
                .transpose()
        };
        Ok(Window { limit, backward, after: position("after")?, before: position("before")? })
    }
}

/// The number of rows on a page.
fn size(input: &Input<'_>) -> Result<u32> {
    let size = u32::try_from(input.int()?).map_err(|_| input.wrong("min", "must not be negative"))?;
    if size > LIMITS.max_page {
        return Err(Error::limit_at(input.path(), ("max_page", "rows on a page"), LIMITS.max_page, size));
    }
    Ok(size)
}

/// The locale that a list is wanted in.
pub(super) struct Wanted {
    pub(super) code: String,
    pub(super) fallback: bool,
}

impl Selector<'_> {
    /// Reads `{code: "fr-CA", fallback: true}`.
    pub(super) fn locale(&self, input: &Input<'_>) -> Result<Wanted> {
        let fields = input.object()?;
        fields.only(&["code", "fallback"])?;
        let code = fields.get("code")?;
        // In its usual case, as writes keep it.
        let tag = Locale::parse(code.text()?, code.path())?;
        let fallback = fields.find("fallback").map(|input| input.boolean()).transpose()?.unwrap_or(true);
        self.locales
            .borrow_mut()
            .push(WantedLocale { path: code.path().to_owned(), code: tag.as_str().to_owned() });
        Ok(Wanted { code: tag.into(), fallback })
    }
}

/// Rows in a locale, or the best there is along its fallbacks.
fn in_locale(noun: &Noun, code: &str, fallback: bool, among: &Predicate) -> Result<Predicate> {
    if fallback {
        return Ok(Predicate::BestLocale(Some(code.to_owned()), Box::new(among.clone())));
    }
    let column = noun.column("locale").ok_or_else(|| Error::internal("content has no locale"))?;
    let code = crate::domain::read::Literal::Text(code.to_owned());
    Ok(Predicate::Compare(Operand::Column(*column), Comparison::Eq, code))
}

/// What a filter says of status and publication alone: a translation that it leaves out must not hide the one that is
/// fallen back to.
fn statuses(predicate: &Predicate) -> Predicate {
    match predicate {
        Predicate::And(all) => {
            Predicate::And(all.iter().map(statuses).filter(|one| *one != Predicate::all()).collect())
        }
        one if of_status(one) => one.clone(),
        _ => Predicate::all(),
    }
}

fn of_status(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::And(all) | Predicate::Or(all) => all.iter().all(of_status),
        Predicate::Not(inner) => of_status(inner),
        Predicate::Compare(Operand::Column(column), ..)
        | Predicate::In(Operand::Column(column), _)
        | Predicate::Present(Operand::Column(column), _) => {
            matches!(column.name, "status" | "published_at" | "scheduled_at")
        }
        _ => false,
    }
}

fn search(input: &Input<'_>, locale: Option<String>) -> Result<Search> {
    let fields = input.object()?;
    fields.only(&["text", "mode"])?;
    let text = fields.get("text")?;
    let words = text.text()?.trim();
    let length = words.chars().count();
    if length > LIMITS.max_search as usize {
        return Err(Error::limit_at(
            text.path(),
            ("max_search", "characters in one search"),
            LIMITS.max_search,
            length as u64,
        ));
    }
    if words.is_empty() {
        return Err(text.wrong("required", "must hold something to look for"));
    }
    let mode = match fields.find("mode") {
        None => SearchMode::Words,
        Some(mode) => match mode.word()? {
            "WORDS" => SearchMode::Words,
            "PREFIX" => SearchMode::Prefix,
            "FUZZY" => SearchMode::Fuzzy,
            _ => return Err(mode.unknown("a value of SearchMode")),
        },
    };
    Ok(Search { text: words.to_owned(), mode, locale, brands: BrandScope::All })
}

/// The keys of an order, ended by the row's own key, so that no two rows are equal.
fn order(noun: &Noun, input: &Input<'_>, searched: bool) -> Result<Vec<OrderKey>> {
    let items = input.items();
    if items.len() > LIMITS.max_order_keys as usize {
        return Err(Error::limit_at(
            input.path(),
            ("max_order_keys", "keys in one order"),
            LIMITS.max_order_keys,
            items.len() as u64,
        ));
    }
    let mut keys: Vec<OrderKey> = Vec::with_capacity(items.len().saturating_add(1));
    for item in items {
        keys.push(order_key(noun, &item, searched)?);
    }
    let direction = keys.last().map_or(Direction::Asc, |last| last.direction);
    keys.push(key(Operand::Key(noun.key), direction));
    Ok(keys)
}

fn order_key(noun: &Noun, input: &Input<'_>, searched: bool) -> Result<OrderKey> {
    let fields = input.object()?;
    fields.only(&["field", "direction", "nulls", "path", "as"])?;
    let name = fields.get("field")?;
    let word = name.word()?;
    let operand = match word {
        "RELEVANCE" if noun.content && searched => Operand::Relevance,
        "RELEVANCE" if noun.content => {
            return Err(name.wrong("relevance", "needs the argument `search`"));
        }
        "FIELD" if noun.content => {
            let path = fields.get("path")?;
            let kind = match fields.find("as") {
                Some(input) => literal::kind(&input)?,
                None => crate::domain::fields::Kind::Text,
            };
            Operand::Path(FieldPath::parse(path.text()?, path.path())?, kind)
        }
        word => {
            let field = noun
                .fields
                .iter()
                .find(|field| field.sorts && super::super::register::capitals(&field.name) == word)
                .ok_or_else(|| name.unknown(&format!("a value of {}OrderField", noun.name)))?;
            match &field.read {
                Read::Column(column) => Operand::Column(*column),
                Read::Path(path, kind) => Operand::Path(path.clone(), *kind),
                _ => return Err(Error::internal("only columns and paths sort")),
            }
        }
    };
    if word != "FIELD"
        && let Some(stray) = fields.find("path").or(fields.find("as"))
    {
        return Err(stray.wrong("exclusive", "goes with `field: FIELD` only"));
    }
    let direction = match fields.find("direction") {
        None if operand == Operand::Relevance => Direction::Desc,
        None => Direction::Asc,
        Some(direction) => match direction.word()? {
            "ASC" => Direction::Asc,
            "DESC" => Direction::Desc,
            _ => return Err(direction.unknown("a value of OrderDirection")),
        },
    };
    let nulls = match fields.find("nulls") {
        None => Nulls::Last,
        Some(nulls) => match nulls.word()? {
            "FIRST" => Nulls::First,
            "LAST" => Nulls::Last,
            _ => return Err(nulls.unknown("a value of NullsOrder")),
        },
    };
    if matches!(operand, Operand::Path(_, crate::domain::fields::Kind::List)) {
        return Err(input.wrong("list", "a list has no order"));
    }
    let present = operand.always_present(&Predicate::all());
    Ok(OrderKey { operand, direction, nulls: (!present).then_some(nulls) })
}
