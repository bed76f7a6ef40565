//! The caller's right to a read, woven into the plan: a pure function, and the only way to a plan that can be run.

use super::{
    filter::{Comparison, Literal, Operand, Predicate, RelatedTo},
    plan::{Connection, Facet, FacetPart, List, One, Part, Plan, Rows, Selection, Value},
};
use std::sync::Arc;

use crate::domain::{
    Error, Result,
    access::{Actor, BrandScope, Permission},
    catalog::{Catalog, Join, Noun, Scope},
};

/// A plan that says, at every level, what its caller may see. Only [`authorize`] makes one.
#[derive(Debug, Clone)]
pub struct Authorized(Plan);

impl Authorized {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0
    }
}

/// Adds to every set of rows in the plan, also those that only filter or count, the condition that the caller may see them.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may see no rows of a noun at all.
pub fn authorize(mut plan: Plan, actor: &Actor, catalog: &Catalog) -> Result<Authorized> {
    let sight = Sight { actor, catalog };
    match &mut plan {
        Plan::One(one) => sight.one(one)?,
        Plan::Connection(connection) => sight.connection(connection)?,
    }
    Ok(Authorized(plan))
}

/// What one caller may see.
struct Sight<'a> {
    actor: &'a Actor,
    catalog: &'a Catalog,
}

impl Sight<'_> {
    fn one(&self, one: &mut One) -> Result<()> {
        self.rows(&mut one.rows)?;
        self.selection(&mut one.selection)
    }

    fn list(&self, list: &mut List) -> Result<()> {
        self.rows(&mut list.rows)?;
        self.selection(&mut list.selection)
    }

    fn connection(&self, connection: &mut Connection) -> Result<()> {
        self.rows(&mut connection.rows)?;
        for (_, part) in &connection.parts {
            if let Part::Facets(facets) = part {
                self.facets(facets)?;
            }
        }
        connection.bodies.iter_mut().try_for_each(|body| self.selection(body))
    }

    /// Facets show names of tags, categories and types, so they need the permission that those nouns need.
    fn facets(&self, facets: &[(String, FacetPart)]) -> Result<()> {
        for (_, part) in facets {
            if let FacetPart::Counts(facet, ..) = part {
                let noun = match facet {
                    Facet::ContentTypes => "ContentType",
                    Facet::Tags => "Tag",
                    Facet::Categories { .. } => "Category",
                    Facet::Statuses | Facet::Locales | Facet::Field(_) => "Entry",
                };
                self.actor.grant(self.catalog.noun(noun)?.read)?;
            }
        }
        Ok(())
    }

    fn selection(&self, selection: &mut Selection) -> Result<()> {
        selection.0.iter_mut().try_for_each(|(_, value)| match value {
            Value::One(link) => self.one(&mut link.to),
            Value::List(link) => self.list(&mut link.to),
            Value::Connection(link) => self.connection(&mut link.to),
            Value::Typename(_) | Value::Key(..) | Value::Column(_) | Value::Custom(_) | Value::Path(..) => {
                Ok(())
            }
        })
    }

    fn rows(&self, rows: &mut Rows) -> Result<()> {
        let visible = self.visible(&rows.noun)?;
        self.filter(&mut rows.predicate, &visible)?;
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
        if noun.content && self.actor.grant(Permission::EntryPreview).is_err() {
            let status = noun.column("status").ok_or_else(|| Error::internal("content has no status"))?;
            let published = Literal::Word("published");
            conditions.push(Predicate::Compare(Operand::Column(*status), Comparison::Eq, published));
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
