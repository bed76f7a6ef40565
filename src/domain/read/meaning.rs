//! What a list means, as bytes: the same for the same list in every version of the program, and different for any two lists.
//!
//! Cursors are bound to it. Every variant has a number of its own here, so that renaming one does not end the cursors that
//! are out; a number is never given to anything else.

use super::{
    cursor::Fingerprint,
    filter::{Comparison, Literal, Operand, Predicate, RelatedTo, Search, SearchMode},
    order::{Direction, Nulls, OrderKey},
    plan::Rows,
};
use crate::domain::{access::BrandScope, catalog::Join, fields::Kind};

impl Rows {
    /// What cursors of this list belong to, given the way to its rows and the custom field that refers.
    #[must_use]
    pub fn fingerprint(&self, join: Option<Join>, field: Option<&str>) -> Fingerprint {
        let mut meaning = Meaning(Vec::with_capacity(256));
        meaning.text(&self.noun.name);
        meaning.maybe(join.as_ref(), |meaning, join| meaning.join(*join));
        meaning.maybe(field, Meaning::text);
        meaning.predicate(&self.predicate);
        meaning.list(&self.order, Meaning::order_key);
        meaning.maybe(self.search.as_ref(), Meaning::search);
        if self.via.is_some() {
            meaning.number(1);
        }
        Fingerprint::of(&meaning.0)
    }
}

/// Bytes that begin like no other meaning's: every text and list is led by its length.
struct Meaning(Vec<u8>);

impl Meaning {
    fn number(&mut self, number: u8) {
        self.0.push(number);
    }

    fn length(&mut self, length: usize) {
        self.0.extend_from_slice(&(length as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.number(u8::from(flag));
    }

    fn maybe<T: ?Sized>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.length(items.len());
        for item in items {
            write(self, item);
        }
    }

    fn join(&mut self, join: Join) {
        match join {
            Join::Columns { here, there, others_only } => {
                self.number(1);
                self.text(here);
                self.text(there);
                self.flag(others_only);
            }
            Join::Listed { here, .. } => {
                self.number(2);
                self.text(here);
            }
            Join::Through { table, here, there, position } => {
                self.number(3);
                self.text(table);
                self.text(here);
                self.text(there);
                self.maybe(position, Self::text);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Key(column) => {
                self.number(1);
                self.text(column);
            }
            Operand::Column(column) => {
                self.number(2);
                self.text(column.name);
            }
            Operand::Path(path, kind) => {
                self.number(3);
                self.list(path.segments(), |meaning, segment| meaning.text(segment));
                self.number(match kind {
                    Kind::Text => 1,
                    Kind::Number => 2,
                    Kind::Boolean => 3,
                    Kind::Moment => 4,
                    Kind::List => 5,
                });
            }
            Operand::Link(column) => {
                self.number(4);
                self.text(column);
            }
            Operand::Relevance => self.number(5),
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Text(text) => {
                self.number(1);
                self.text(text);
            }
            Literal::Int(number) => {
                self.number(2);
                self.0.extend_from_slice(&number.to_be_bytes());
            }
            Literal::Number(number) => {
                self.number(3);
                self.text(number);
            }
            Literal::Boolean(boolean) => {
                self.number(4);
                self.flag(*boolean);
            }
            Literal::Moment(moment) => {
                self.number(5);
                self.0.extend_from_slice(&moment.timestamp().to_be_bytes());
                self.0.extend_from_slice(&moment.timestamp_subsec_nanos().to_be_bytes());
            }
            Literal::Key(key) => {
                self.number(6);
                self.0.extend_from_slice(key.as_bytes());
            }
            Literal::Word(word) => {
                self.number(7);
                self.text(word);
            }
            Literal::Json(json) => {
                self.number(8);
                self.text(json);
            }
        }
    }

    fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::And(all) => {
                self.number(1);
                self.list(all, Self::predicate);
            }
            Predicate::Or(any) => {
                self.number(2);
                self.list(any, Self::predicate);
            }
            Predicate::Not(inner) => {
                self.number(3);
                self.predicate(inner);
            }
            Predicate::Compare(operand, comparison, literal) => {
                self.number(4);
                self.operand(operand);
                self.number(match comparison {
                    Comparison::Eq => 1,
                    Comparison::Ne => 2,
                    Comparison::Gt => 3,
                    Comparison::Gte => 4,
                    Comparison::Lt => 5,
                    Comparison::Lte => 6,
                    Comparison::Contains => 7,
                    Comparison::StartsWith => 8,
                });
                self.literal(literal);
            }
            Predicate::In(operand, literals) => {
                self.number(5);
                self.operand(operand);
                self.list(literals, Self::literal);
            }
            Predicate::Present(operand, present) => {
                self.number(6);
                self.operand(operand);
                self.flag(*present);
            }
            Predicate::Related(related) => {
                let RelatedTo { noun, join, field, predicate } = related.as_ref();
                self.number(7);
                self.text(&noun.name);
                self.join(*join);
                self.maybe(field.as_deref(), Self::text);
                self.predicate(predicate);
            }
            Predicate::Search(search) => {
                self.number(8);
                self.search(search);
            }
            Predicate::BestLocale(code, among) => {
                self.number(9);
                self.maybe(code.as_deref(), Self::text);
                self.predicate(among);
            }
            Predicate::Brands(column, brands) => {
                self.number(10);
                self.text(column);
                match brands {
                    BrandScope::All => self.number(1),
                    BrandScope::Only(brands) => {
                        self.number(2);
                        self.list(brands, |meaning, brand| meaning.0.extend_from_slice(brand.as_bytes()));
                    }
                }
            }
            Predicate::BrandLive(column) => {
                self.number(11);
                self.text(column);
            }
            Predicate::Live => self.number(12),
            Predicate::Addressed(code, address) => {
                self.number(13);
                self.maybe(code.as_deref(), Self::text);
                self.predicate(address);
            }
        }
    }

    fn order_key(&mut self, key: &OrderKey) {
        self.operand(&key.operand);
        self.number(match key.direction {
            Direction::Asc => 1,
            Direction::Desc => 2,
        });
        self.number(match key.nulls {
            None => 0,
            Some(Nulls::First) => 1,
            Some(Nulls::Last) => 2,
        });
    }

    fn search(&mut self, search: &Search) {
        self.text(&search.text);
        self.number(match search.mode {
            SearchMode::Words => 1,
            SearchMode::Prefix => 2,
            SearchMode::Fuzzy => 3,
        });
        self.maybe(search.locale.as_deref(), Self::text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{catalog::Catalog, fields::FieldPath};

    fn rows(predicate: Predicate) -> Rows {
        let catalog = Catalog::built_in().unwrap();
        let noun = Arc::clone(catalog.noun("Entry").unwrap());
        let order = vec![OrderKey { operand: Operand::Key("id"), direction: Direction::Asc, nulls: None }];
        Rows { noun, predicate, order, search: None, via: None }
    }

    fn about(text: &str) -> Predicate {
        let color = Operand::Path(FieldPath::parse("color", "path").unwrap(), Kind::Text);
        Predicate::Compare(color, Comparison::Eq, Literal::Text(text.to_owned()))
    }

    #[test]
    fn two_lists_have_one_fingerprint_only_where_they_are_the_same() {
        let print = |predicate: Predicate| rows(predicate).fingerprint(None, None);
        assert_eq!(print(about("red")), print(about("red")));
        let lists = [
            Predicate::all(),
            about("red"),
            about("blue"),
            Predicate::And(vec![about("red")]),
            Predicate::Or(vec![about("red")]),
            Predicate::Not(Box::new(about("red"))),
            Predicate::And(vec![about("re"), about("d")]),
            Predicate::And(vec![about("r"), about("ed")]),
            Predicate::Live,
        ];
        for (one, list) in lists.iter().enumerate() {
            for (other, another) in lists.iter().enumerate() {
                assert_eq!(
                    print(list.clone()) == print(another.clone()),
                    one == other,
                    "{list:?} {another:?}"
                );
            }
        }
        let join = Some(Join::from("brand_id"));
        assert_ne!(rows(Predicate::all()).fingerprint(join, None), print(Predicate::all()));
        assert_ne!(rows(Predicate::all()).fingerprint(None, Some("a")), print(Predicate::all()));
    }

    #[test]
    fn a_fingerprint_stays_what_it_was() {
        assert_eq!(
            rows(about("red")).fingerprint(Some(Join::to("brand_id")), Some("f")).hex(),
            "09ba3945714dced8"
        );
    }
}
