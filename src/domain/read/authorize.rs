//! The caller's right to a read, woven into the plan: a pure function, and the only way to a plan that can be run.

use super::{
    filter::{Comparison, Literal, Operand, Predicate, RelatedTo},
    plan::{Connection, EdgePart, Facet, FacetPart, List, One, Part, Plan, Rows, Selection, Value},
};
use std::sync::Arc;

use crate::domain::{
    Code, Error, Result,
    access::{Actor, BrandScope, Permission},
    catalog::{Catalog, Join, Noun, Scope},
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
    match &mut plan {
        Plan::One(one) => sight.one(one, &mut refused)?,
        Plan::Connection(connection) => sight.connection(connection, &mut refused)?,
    }
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
    fn one(&self, one: &mut One, refused: &mut Vec<Error>) -> Result<()> {
        self.rows(&mut one.rows)?;
        self.selection(&mut one.selection, refused)
    }

    fn list(&self, list: &mut List, refused: &mut Vec<Error>) -> Result<()> {
        self.rows(&mut list.rows)?;
        self.selection(&mut list.selection, refused)
    }

    fn connection(&self, connection: &mut Connection, refused: &mut Vec<Error>) -> Result<()> {
        let Connection { rows, parts, bodies, .. } = connection;
        self.rows(rows)?;
        let mut body = |number: usize, refused: &mut Vec<Error>| {
            bodies.get_mut(number).map_or(Ok(()), |body| self.selection(body, refused))
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

    /// Facets show names of tags, categories and types, so they need the permission that those nouns need.
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

    fn selection(&self, selection: &mut Selection, refused: &mut Vec<Error>) -> Result<()> {
        for (key, value) in &mut selection.0 {
            let seen = below(key, refused, |refused| match value {
                Value::One(link) => self.one(&mut link.to, refused),
                Value::List(link) => self.list(&mut link.to, refused),
                Value::Connection(link) => self.connection(&mut link.to, refused),
                Value::Typename(_)
                | Value::Key(..)
                | Value::Column(_)
                | Value::Custom(_)
                | Value::Path(..)
                | Value::Refused => Ok(()),
            });
            match seen {
                Err(error)
                    if error.code() == Code::Forbidden
                        && matches!(value, Value::One(link) if link.optional) =>
                {
                    *value = Value::Refused;
                    refused.push(error);
                }
                seen => seen?,
            }
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) -> Result<()> {
        let visible = self.visible(&rows.noun)?;
        self.filter(&mut rows.predicate, &visible)?;
        if let Some(via) = &mut rows.via {
            restrict(via, visible.clone());
        }
        restrict(&mut rows.predicate, visible);
        same_brand(&mut rows.predicate);
        // What the caller may see can make a key present in every row; the order is then that of an index.
        for key in &mut rows.order {
            if key.operand.always_present(&rows.predicate) {
                key.nulls = None;
            }
        }
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
                let seen = self.visible(&related.noun)?;
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
            Predicate::Compare(..)
            | Predicate::In(..)
            | Predicate::Present(..)
            | Predicate::Search(_)
            | Predicate::Brands(..)
            | Predicate::BrandLive(_)
            | Predicate::Live => Ok(()),
        }
    }

    /// The rows of a noun that the caller may see.
    fn visible(&self, noun: &Arc<Noun>) -> Result<Predicate> {
        let grant = self.actor.grant(noun.read)?;
        let mut conditions = Vec::new();
        if noun.trash {
            conditions.push(Predicate::Live);
        }
        if let Scope::Column(column @ "brand_id") = noun.scope {
            conditions.push(Predicate::BrandLive(column));
        }
        match noun.scope {
            Scope::Column(_) if *grant.brands() == BrandScope::All => {}
            Scope::Column(column) => conditions.push(Predicate::Brands(column, grant.brands().clone())),
            Scope::Through { column, noun } => {
                let noun = Arc::clone(self.catalog.noun(noun)?);
                let predicate = self.visible(&noun)?;
                let related = RelatedTo { noun, join: Join::to(column), field: None, predicate };
                conditions.push(Predicate::Related(Box::new(related)));
            }
            Scope::Parent => {}
        }
        if noun.content {
            let status = noun.column("status").ok_or_else(|| Error::internal("content has no status"))?;
            let word = Literal::Word("published");
            let published = Predicate::Compare(Operand::Column(*status), Comparison::Eq, word);
            match (self.actor.grant(Permission::EntryPreview), noun.scope) {
                (Err(_), _) => conditions.push(published),
                (Ok(preview), _) if preview.brands() == grant.brands() => {}
                (Ok(preview), Scope::Column(column)) => {
                    let drafts = Predicate::Brands(column, preview.brands().clone());
                    conditions.push(Predicate::Or(vec![drafts, published]));
                }
                (Ok(_), _) => return Err(Error::internal("content belongs to no brand")),
            }
        }
        Ok(Predicate::And(conditions))
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
