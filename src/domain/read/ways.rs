//! The ways in which a caller sees rows of a noun: one for each membership that counts, with what it is restricted to.

use std::sync::Arc;

use super::{
    filter::{Comparison, Literal, Operand, Predicate, RelatedTo},
    touched::Touched,
};
use crate::domain::{
    Code, Error, Result,
    access::{
        Actor, BrandScope, Check, Claims, Condition, Grant, Hidden, Membership, Permission, Restrictions,
        Scalar, Target,
    },
    catalog::{Catalog, Join, Noun, Scope},
    fields::Kind,
};

/// What restrictions mean for the rows of a noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Entries.
    Entry,
    /// What entries were.
    Version,
    /// Types: those of the entries.
    ContentType,
    /// Nothing: rows are told apart by their brand alone.
    Other,
}

/// One way to see rows.
#[derive(Debug)]
struct Way {
    brands: BrandScope,
    /// Whether only what is public is seen.
    published: bool,
    /// The role, where it is restricted.
    limited: Option<Membership>,
    /// Whether what it hides is about these rows.
    hides: bool,
}

/// In which rows something is shown.
#[derive(Debug)]
pub(super) enum Shown {
    /// In all that are seen.
    Always,
    /// In those that satisfy this.
    Where(Predicate),
    /// In none.
    Never,
}

/// Every way to see rows of a noun.
#[derive(Debug)]
pub(super) struct Ways {
    noun: Arc<Noun>,
    subject: Subject,
    grant: Grant,
    ways: Vec<Way>,
}

/// What is said where a field is not the caller's to see.
fn hides(name: &str) -> Error {
    Error::new(Code::Forbidden, format!("your roles hide {name}, which this asks for, or asks by"))
}

static NOTHING: Hidden = Hidden::NONE;

impl Way {
    fn restrictions(&self) -> Option<&Restrictions> {
        self.limited.as_ref().map(|one| &one.role.restrictions)
    }

    fn hidden(&self) -> &Hidden {
        self.restrictions().filter(|_| self.hides).map_or(&NOTHING, |rule| &rule.hidden)
    }
}

impl Ways {
    /// The ways of a caller.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` or `FORBIDDEN` where there is none.
    pub(super) fn of(actor: &Actor, noun: &Arc<Noun>) -> Result<Self> {
        let grant = actor.grant(noun.read)?;
        let subject = match noun.name.as_ref() {
            _ if noun.content => Subject::Entry,
            "EntryVersion" => Subject::Version,
            "ContentType" => Subject::ContentType,
            _ => Subject::Other,
        };
        // Seen without restriction: all of it, and what is public.
        let (mut all, mut public) = (None, None);
        let mut limited = Vec::new();
        for one in grant.through() {
            if subject == Subject::Version && !one.role.holds(Permission::EntryRead) {
                continue;
            }
            let published = subject == Subject::Entry && !one.role.holds(Permission::EntryPreview);
            let rule = &one.role.restrictions;
            let restricted = match subject {
                Subject::Entry | Subject::Version => !rule.sees_everything(),
                Subject::ContentType => rule.types.is_some(),
                Subject::Other => false,
            };
            if restricted {
                let hides = subject != Subject::ContentType;
                limited.push(Way {
                    brands: one.brands.clone(),
                    published,
                    limited: Some(one.clone()),
                    hides,
                });
            } else {
                let open = if published { &mut public } else { &mut all };
                *open = Some(match open.take() {
                    None => one.brands.clone(),
                    Some(brands) => BrandScope::or(brands, one.brands.clone()),
                });
            }
        }
        // What is seen without a restriction is not seen the less for a role that has one.
        let within = |brands: &BrandScope, open: &Option<BrandScope>| {
            open.as_ref().is_some_and(|open| open.includes(brands))
        };
        public = public.filter(|brands| !within(brands, &all));
        limited.retain(|way| {
            let public = way.published && within(&way.brands, &public);
            !public && !within(&way.brands, &all)
        });
        let open = [(all, false), (public, true)];
        let mut ways: Vec<Way> = open
            .into_iter()
            .filter_map(|(brands, published)| {
                Some(Way { brands: brands?, published, limited: None, hides: false })
            })
            .collect();
        ways.append(&mut limited);
        Ok(Self { noun: Arc::clone(noun), subject, grant, ways })
    }

    /// Whether all rows of some brands are seen, and all of each.
    pub(super) fn one_open(&self) -> Option<&BrandScope> {
        match self.ways.as_slice() {
            [Way { brands, published: false, limited: None, .. }] => Some(brands),
            _ => None,
        }
    }

    /// Whether something is hidden from somebody who sees rows one way or another.
    pub(super) fn hide(&self) -> bool {
        self.hidden().any(|hidden| !hidden.is_empty())
    }

    /// Where what is touched is shown.
    pub(super) fn shown(&self, touched: &Touched, catalog: &Catalog) -> Result<Shown> {
        let seen = self.hidden().filter(|hidden| touched.seen(hidden)).count();
        Ok(match seen {
            all if all == self.ways.len() => Shown::Always,
            0 => Shown::Never,
            _ => Shown::Where(self.condition(touched, catalog)?),
        })
    }

    /// What is said where what is touched is not shown, or not everywhere that null is no answer.
    pub(super) fn hides(&self, touched: &Touched) -> Error {
        let mut names: Vec<String> = self.hidden().filter_map(|hidden| touched.unseen(hidden)).collect();
        names.sort_unstable();
        hides(names.first().map_or("a field", String::as_str))
    }

    /// What is hidden from somebody who sees rows this way or that.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Hidden> {
        self.ways.iter().map(Way::hidden)
    }

    /// The condition that a row is seen in a way that shows what is touched.
    ///
    /// # Errors
    /// `FORBIDDEN` where no way does.
    pub(super) fn condition(&self, touched: &Touched, catalog: &Catalog) -> Result<Predicate> {
        let fit: Vec<&Way> = self.ways.iter().filter(|way| touched.seen(way.hidden())).collect();
        if fit.is_empty() && !self.ways.is_empty() {
            return Err(self.hides(touched));
        }
        let each: Result<Vec<Predicate>> = fit.iter().map(|way| self.seen(way, catalog)).collect();
        let mut each = each?;
        Ok(if each.len() == 1 { each.remove(0) } else { Predicate::Or(each) })
    }

    fn seen(&self, way: &Way, catalog: &Catalog) -> Result<Predicate> {
        let mut conditions = Vec::new();
        if let (Scope::Column(column), BrandScope::Only(_)) = (self.noun.scope, &way.brands) {
            conditions.push(Predicate::Brands(column, way.brands.clone()));
        }
        if way.published {
            conditions.push(self.equal("status", vec![Literal::Word("published")])?);
        }
        let claims = self.grant.claims();
        match (self.subject, way.restrictions()) {
            (Subject::Version, _) => {
                conditions.push(self.of_entry(way, catalog)?);
                if let Some(rule) = way.restrictions() {
                    self.push_statuses(rule, &mut conditions)?;
                    conditions.extend(
                        rule.rows
                            .iter()
                            .map(|rows| self.rows(rows, claims, catalog))
                            .collect::<Result<Vec<_>>>()?,
                    );
                }
            }
            (Subject::Entry, Some(rule)) => self.push_entry(rule, catalog, &mut conditions)?,
            (Subject::ContentType, Some(rule)) => {
                if let Some(keys) = &rule.types {
                    conditions.push(self.equal("key", texts(keys))?);
                }
            }
            (Subject::Other | Subject::Entry | Subject::ContentType, _) => {}
        }
        Ok(Predicate::And(conditions))
    }

    fn push_entry(
        &self,
        rule: &Restrictions,
        catalog: &Catalog,
        conditions: &mut Vec<Predicate>,
    ) -> Result<()> {
        if let Some(keys) = &rule.types {
            let noun = Arc::clone(catalog.noun("ContentType")?);
            let key = noun.column("key").ok_or_else(|| Error::internal("types have no key"))?;
            let predicate = Predicate::In(Operand::Column(*key), texts(keys));
            let join = Join::to("content_type_id");
            conditions.push(Predicate::Related(Box::new(RelatedTo { noun, join, field: None, predicate })));
        }
        if let Some(locales) = &rule.locales {
            conditions.push(self.equal("locale", texts(locales))?);
        }
        self.push_statuses(rule, conditions)?;
        if let Some(rows) = &rule.rows {
            conditions.push(self.rows(rows, self.grant.claims(), catalog)?);
        }
        Ok(())
    }

    fn push_statuses(&self, rule: &Restrictions, conditions: &mut Vec<Predicate>) -> Result<()> {
        if let Some(statuses) = &rule.statuses {
            let words = statuses.iter().map(|status| Literal::Word(status.name())).collect();
            conditions.push(self.equal("status", words)?);
        }
        Ok(())
    }

    /// What an entry was is seen where the entry is, as it is now.
    fn of_entry(&self, way: &Way, catalog: &Catalog) -> Result<Predicate> {
        let noun = Arc::clone(catalog.noun("Entry")?);
        let (grant, entry) = (self.grant.clone(), Arc::clone(&noun));
        let entries = Self { noun: entry, subject: Subject::Entry, grant, ways: Vec::new() };
        let predicate = entries.seen(way, catalog)?;
        let join = Join::to("entry_id");
        Ok(Predicate::Related(Box::new(RelatedTo { noun, join, field: None, predicate })))
    }

    fn equal(&self, column: &str, mut literals: Vec<Literal>) -> Result<Predicate> {
        let column = self.noun.column(column);
        let column = *column.ok_or_else(|| Error::internal("a restricted noun lacks a column"))?;
        Ok(match (literals.pop(), literals.is_empty()) {
            (Some(one), true) => Predicate::Compare(Operand::Column(column), Comparison::Eq, one),
            (last, _) => {
                literals.extend(last);
                Predicate::In(Operand::Column(column), literals)
            }
        })
    }

    fn rows(&self, condition: &Condition, claims: &Claims, catalog: &Catalog) -> Result<Predicate> {
        let each = |all: &[Condition]| {
            all.iter().map(|one| self.rows(one, claims, catalog)).collect::<Result<Vec<_>>>()
        };
        Ok(match condition {
            Condition::All(all) => Predicate::And(each(all)?),
            Condition::Any(any) => Predicate::Or(each(any)?),
            Condition::Test(Target::Custom(path), Check::Has(term)) => {
                let list = Operand::Path(path.clone(), Kind::List);
                let has = |one: Scalar| {
                    let element = Literal::Json(one.to_json().to_string());
                    Predicate::Compare(list.clone(), Comparison::Contains, element)
                };
                Predicate::Or(term.values(claims).into_iter().map(has).collect())
            }
            Condition::Test(target, Check::In(term) | Check::Has(term)) => {
                self.among(target, term.values(claims), catalog)?
            }
        })
    }

    fn among(&self, target: &Target, values: Vec<Scalar>, catalog: &Catalog) -> Result<Predicate> {
        let (mut texts, mut numbers, mut booleans) = (Vec::new(), Vec::new(), Vec::new());
        for value in values {
            match value {
                Scalar::Text(text) => texts.push(Literal::Text(text)),
                Scalar::Number(number) => numbers.push(Literal::Number(number.to_string())),
                Scalar::Boolean(boolean) => booleans.push(Literal::Boolean(boolean)),
            }
        }
        let path = match target {
            // What an entry was has its id at the source.
            Target::ExternalId if self.subject == Subject::Version => {
                let noun = Arc::clone(catalog.noun("Entry")?);
                let column = noun.column("external_id");
                let column = *column.ok_or_else(|| Error::internal("entries have no id at a source"))?;
                let predicate = Predicate::In(Operand::Column(column), texts);
                let join = Join::to("entry_id");
                return Ok(Predicate::Related(Box::new(RelatedTo { noun, join, field: None, predicate })));
            }
            Target::Slug => return self.equal("slug", texts),
            Target::ExternalId => return self.equal("external_id", texts),
            Target::Custom(path) => path,
        };
        let among = |kind, values| Predicate::In(Operand::Path(path.clone(), kind), values);
        let mut any = Vec::new();
        if !texts.is_empty() {
            // Everything reads as text; as JSON the text 5 is no number.
            let exact = texts.iter().filter_map(|one| match one {
                Literal::Text(text) => Some(Literal::Json(Scalar::Text(text.clone()).to_json().to_string())),
                _ => None,
            });
            let exact = among(Kind::List, exact.collect());
            any.push(Predicate::And(vec![among(Kind::Text, texts), exact]));
        }
        let others = [(Kind::Number, numbers), (Kind::Boolean, booleans)];
        let others = others.into_iter().filter(|(_, values)| !values.is_empty());
        any.extend(others.map(|(kind, values)| among(kind, values)));
        Ok(Predicate::Or(any))
    }
}

fn texts(words: &std::collections::BTreeSet<String>) -> Vec<Literal> {
    words.iter().cloned().map(Literal::Text).collect()
}
