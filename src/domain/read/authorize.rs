//! The caller's right to a read, woven into the plan: a pure function, and the only way to a plan that can be run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    filter::{Predicate, RelatedTo, Search},
    plan::{Connection, EdgePart, Facet, FacetPart, List, One, Part, Plan, Rows, Selection, Value},
    touched::Touched,
    ways::{Shown, Ways},
};
use crate::domain::{
    Code, Error, Result,
    access::{Actor, Permission},
    catalog::{Catalog, Column, Join, Noun, Presence, Scope},
    fields::FieldPath,
};

/// A plan that says, at every level, what its caller may see. Only [`authorize`] makes one.
#[derive(Debug)]
pub struct Authorized {
    plan: Plan,
    refused: Vec<Error>,
}

impl Authorized {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the plan has null for, since its caller may not see it: one error for each place. They come of the caller's roles
    /// alone, whatever the rows are.
    #[must_use]
    pub fn into_refused(self) -> Vec<Error> {
        self.refused
    }
}

/// Adds to every set of rows in the plan, also those that only filter or count, the condition that the caller may see them.
/// Where a relation may be null and the caller may see no rows of its noun at all, it is null.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may see no rows of a noun at all, and null is no answer.
pub fn authorize(mut plan: Plan, actor: &Actor, catalog: &Catalog) -> Result<Authorized> {
    let sight = Sight { actor, catalog };
    let mut refused = Vec::new();
    sight.plan(&mut plan, &mut refused)?;
    Ok(Authorized { plan, refused })
}

/// What one caller may see.
struct Sight<'a> {
    actor: &'a Actor,
    catalog: &'a Catalog,
}

/// Goes on below a key of the answer, which then stands in the errors from there.
fn below(key: &str, refused: &mut Vec<Error>, go: impl FnOnce(&mut Vec<Error>) -> Result<()>) -> Result<()> {
    let mut inside = Vec::new();
    go(&mut inside).map_err(|error| error.within(key))?;
    refused.extend(inside.into_iter().map(|error| error.within(key)));
    Ok(())
}

impl Sight<'_> {
    fn plan(&self, plan: &mut Plan, refused: &mut Vec<Error>) -> Result<()> {
        match plan {
            Plan::One(one) => self.one(one, Touched::default(), refused),
            Plan::Connection(connection) => self.connection(connection, Touched::default(), refused),
        }
    }

    fn one(&self, one: &mut One, asked: Touched, refused: &mut Vec<Error>) -> Result<()> {
        let ways = self.rows(&mut one.rows, asked)?;
        self.selection(&mut one.selection, &ways, refused)
    }

    fn list(&self, list: &mut List, asked: Touched, refused: &mut Vec<Error>) -> Result<()> {
        let ways = self.rows(&mut list.rows, asked)?;
        self.selection(&mut list.selection, &ways, refused)
    }

    fn connection(
        &self,
        connection: &mut Connection,
        mut asked: Touched,
        refused: &mut Vec<Error>,
    ) -> Result<()> {
        let Connection { rows, parts, bodies, .. } = connection;
        for (_, part) in parts.iter() {
            if let Part::Facets(facets) = part {
                facets.iter().for_each(|(_, facet)| {
                    if let FacetPart::Counts(facet, ..) = facet {
                        asked.facet(facet);
                    }
                });
            }
        }
        let ways = self.rows(rows, asked)?;
        let mut body = |number: usize, refused: &mut Vec<Error>| {
            bodies.get_mut(number).map_or(Ok(()), |body| self.selection(body, &ways, refused))
        };
        for (key, part) in parts {
            below(key, refused, |refused| match part {
                Part::Facets(facets) => self.facets(facets),
                Part::Nodes(number) => body(*number, refused),
                Part::Edges(edge) => edge.iter().try_for_each(|(key, part)| match part {
                    EdgePart::Node(number) => below(key, refused, |refused| body(*number, refused)),
                    EdgePart::Typename(_) | EdgePart::Cursor => Ok(()),
                }),
                Part::Typename(_) | Part::PageInfo(_) | Part::TotalCount(_) => Ok(()),
            })?;
        }
        Ok(())
    }

    /// Facets show names of tags, categories and types, so they need the permission that those nouns need. Whoever sees
    /// entries somewhere sees these there: every role that shows the one shows the other.
    fn facets(&self, facets: &[(String, FacetPart)]) -> Result<()> {
        for (key, part) in facets {
            if let FacetPart::Counts(facet, ..) = part {
                let noun = match facet {
                    Facet::ContentTypes => "ContentType",
                    Facet::Tags => "Tag",
                    Facet::Categories { .. } => "Category",
                    Facet::Statuses | Facet::Locales | Facet::Field(_) => "Entry",
                };
                self.actor.grant(self.catalog.noun(noun)?.read).map_err(|error| error.within(key))?;
            }
        }
        Ok(())
    }

    fn selection(&self, selection: &mut Selection, ways: &Ways, refused: &mut Vec<Error>) -> Result<()> {
        let hide = ways.hide();
        for (key, value) in &mut selection.0 {
            let seen = below(key, refused, |refused| match value {
                Value::One(link) => {
                    self.one(&mut link.to, referred(link.join, link.field.as_deref()), refused)
                }
                Value::List(link) => {
                    self.list(&mut link.to, referred(link.join, link.field.as_deref()), refused)
                }
                Value::Connection(link) => {
                    self.connection(&mut link.to, referred(link.join, link.field.as_deref()), refused)
                }
                Value::Typename(_)
                | Value::Key(..)
                | Value::Column(_)
                | Value::Variant(..)
                | Value::Custom(_)
                | Value::Path(..)
                | Value::Where(..)
                | Value::Redacted(..)
                | Value::Refused => Ok(()),
            });
            let seen = match seen {
                Ok(()) if hide => self.value(value, ways).map_err(|error| error.within(key)),
                seen => seen,
            };
            match seen {
                Err(error) if error.code() == Code::Forbidden && may_be_null(value) => {
                    *value = Value::Refused;
                    refused.push(error);
                }
                seen => seen?,
            }
        }
        Ok(())
    }

    /// Takes out of a value what is hidden.
    fn value(&self, value: &mut Value, ways: &Ways) -> Result<()> {
        let mut touched = Touched::default();
        let whole = match value {
            Value::Column(column @ Column { name: "fields", .. }) => {
                touched.column(column.name);
                Some(*column)
            }
            _ => None,
        };
        if let (Some(column), Shown::Always) = (whole, ways.shown(&touched, self.catalog)?) {
            let paths: BTreeSet<&FieldPath> = ways.hidden().flat_map(|hidden| &hidden.paths).collect();
            let redacted = paths.into_iter().map(|path| {
                let mut touched = Touched::default();
                touched.path(path);
                let shown = match ways.shown(&touched, self.catalog)? {
                    Shown::Where(rows) => Some(rows),
                    Shown::Always | Shown::Never => None,
                };
                Ok((path.clone(), shown))
            });
            let redacted: Vec<_> = redacted.collect::<Result<_>>()?;
            *value = Value::Redacted(column, redacted);
            return Ok(());
        }
        match value {
            Value::Column(column) | Value::Variant(column, _) => touched.column(column.name),
            Value::Custom(path) | Value::Path(path, _) => touched.path(path),
            Value::One(link) => touched.follow(link.join, link.field.as_deref()),
            Value::List(link) => touched.follow(link.join, link.field.as_deref()),
            Value::Connection(link) => touched.follow(link.join, link.field.as_deref()),
            Value::Typename(_) | Value::Key(..) | Value::Where(..) | Value::Redacted(..) | Value::Refused => {
                return Ok(());
            }
        }
        match ways.shown(&touched, self.catalog)? {
            Shown::Always => Ok(()),
            Shown::Where(rows) if may_be_null(value) => {
                let whole = std::mem::replace(value, Value::Refused);
                *value = Value::Where(Box::new(rows), Box::new(whole));
                Ok(())
            }
            Shown::Where(_) | Shown::Never => Err(ways.hides(&touched)),
        }
    }

    fn rows(&self, rows: &mut Rows, asked: Touched) -> Result<Ways> {
        let ways = Ways::of(self.actor, &rows.noun)?;
        let touched = if ways.hide() { asked.and(Touched::of(rows)) } else { asked };
        let visible = self.visible(&ways, &rows.noun, &touched)?;
        self.filter(&mut rows.predicate, &visible)?;
        if let Some(via) = &mut rows.via {
            restrict(via, visible.clone());
        }
        if let Some(search) = &mut rows.search {
            self.languages(search)?;
        }
        restrict(&mut rows.predicate, visible);
        same_brand(&mut rows.predicate);
        // What the caller may see can make a key present in every row; the order is then that of an index.
        for key in &mut rows.order {
            if key.operand.always_present(&rows.predicate) {
                key.nulls = None;
            }
        }
        Ok(ways)
    }

    /// A search looks for the word forms of the languages that the caller's brands are written in, and of no other's.
    fn languages(&self, search: &mut Search) -> Result<()> {
        search.brands = self.actor.grant(Permission::EntryRead)?.brands().clone();
        Ok(())
    }

    /// A filter must not tell what a selection would not show.
    fn filter(&self, predicate: &mut Predicate, visible: &Predicate) -> Result<()> {
        match predicate {
            Predicate::And(all) | Predicate::Or(all) => {
                all.iter_mut().try_for_each(|one| self.filter(one, visible))
            }
            Predicate::Not(inner) => self.filter(inner, visible),
            Predicate::Related(related) => {
                let ways = Ways::of(self.actor, &related.noun)?;
                let asked = referred(related.join, related.field.as_deref());
                let touched = asked.and(Touched::of_predicate(&related.predicate));
                let seen = self.visible(&ways, &related.noun, &touched)?;
                self.filter(&mut related.predicate, &seen)?;
                restrict(&mut related.predicate, seen);
                Ok(())
            }
            Predicate::BestLocale(_, among) => {
                restrict(among, visible.clone());
                Ok(())
            }
            Predicate::Addressed(_, among) => {
                self.filter(among, visible)?;
                restrict(among, visible.clone());
                Ok(())
            }
            Predicate::Search(search) => self.languages(search),
            Predicate::Compare(..)
            | Predicate::In(..)
            | Predicate::Present(..)
            | Predicate::Brands(..)
            | Predicate::BrandLive(_)
            | Predicate::Live => Ok(()),
        }
    }

    /// The rows of a noun that the caller may see, and may ask for by what is touched.
    fn visible(&self, ways: &Ways, noun: &Arc<Noun>, touched: &Touched) -> Result<Predicate> {
        let mut conditions = Vec::new();
        if noun.trash {
            conditions.push(Predicate::Live);
        }
        if let Scope::Column(column @ "brand_id") = noun.scope {
            conditions.push(Predicate::BrandLive(column));
        }
        match noun.scope {
            Scope::Column(_) => {}
            Scope::Through { column, noun } => {
                let noun = Arc::clone(self.catalog.noun(noun)?);
                let predicate = self.visible(&Ways::of(self.actor, &noun)?, &noun, &Touched::default())?;
                let related = RelatedTo { noun, join: Join::to(column), field: None, predicate };
                conditions.push(Predicate::Related(Box::new(related)));
            }
            // Whoever sees the row above sees these, unless something else holds for them.
            Scope::Parent if self.as_above(ways, noun)? => return Ok(Predicate::And(conditions)),
            Scope::Parent => {}
        }
        Ok(Predicate::And(conditions).and(ways.condition(touched, self.catalog)?))
    }

    /// Whether rows that are only reached through others are seen wherever those are.
    fn as_above(&self, ways: &Ways, noun: &Noun) -> Result<bool> {
        if noun.name != "EntryVersion" {
            return Ok(true);
        }
        let entries = Ways::of(self.actor, self.catalog.noun("Entry")?)?;
        Ok(ways.one_open().is_some() && ways.one_open() == entries.one_open())
    }
}

/// What is asked of related rows by following a field of theirs.
fn referred(join: Join, field: Option<&str>) -> Touched {
    let mut touched = Touched::default();
    touched.followed(join, field);
    touched
}

/// Whether null is an answer: what can be hidden of a row is null in some rows anyway.
fn may_be_null(value: &Value) -> bool {
    match value {
        Value::One(link) => link.optional,
        Value::Column(column) | Value::Variant(column, _) => column.presence != Presence::Always,
        Value::Custom(_) | Value::Path(..) | Value::Where(..) | Value::Refused => true,
        Value::Typename(_) | Value::Key(..) | Value::List(_) | Value::Connection(_) | Value::Redacted(..) => {
            false
        }
    }
}

fn restrict(predicate: &mut Predicate, mut visible: Predicate) {
    let asked = std::mem::replace(predicate, Predicate::all());
    if let Predicate::And(conditions) = &mut visible {
        conditions
            .retain(|one| !matches!(one, Predicate::BrandLive(column) if in_live_brand(&asked, column)));
    }
    *predicate = visible.and(asked);
}

/// An entry's type is of the entry's brand: where the entries of one brand are wanted, so are the types of that brand only.
/// It leaves the rows as they are, and says that a type's key names one type.
fn same_brand(predicate: &mut Predicate) {
    let Predicate::And(all) = predicate else { return };
    let brand = all.iter().find_map(|one| match one {
        Predicate::Related(related)
            if related.noun.name == "Brand" && related.join == Join::to("brand_id") =>
        {
            Some(one.clone())
        }
        _ => None,
    });
    let Some(brand) = brand else { return };
    for one in all {
        if let Predicate::Related(related) = one
            && related.noun.name == "ContentType"
            && related.join == Join::to("content_type_id")
        {
            let asked = std::mem::replace(&mut related.predicate, Predicate::all());
            related.predicate = asked.and(brand.clone());
        }
    }
}

/// Whether the rows that satisfy this are of brands that were looked up, among those that were not deleted; asking for each
/// row once more costs a fifth of a long count.
fn in_live_brand(asked: &Predicate, column: &str) -> bool {
    match asked {
        Predicate::And(all) => all.iter().any(|one| in_live_brand(one, column)),
        Predicate::Related(related) => {
            related.noun.name == "Brand"
                && matches!(related.join, Join::Columns { here, there: "id", .. } if here == column)
                && live(&related.predicate)
        }
        _ => false,
    }
}

fn live(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::And(all) => all.contains(&Predicate::Live),
        one => *one == Predicate::Live,
    }
}
