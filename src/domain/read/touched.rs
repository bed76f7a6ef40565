//! What of an entry a list is filtered, searched, ordered or counted by: it shows rows only to those who see that.

use std::collections::BTreeSet;

use super::{
    filter::{Operand, Predicate, RelatedTo, Search, SearchMode},
    plan::{Facet, Rows},
};
use crate::domain::{access::Hidden, catalog::Join, fields::FieldPath};

/// The table of references.
const REFERENCES: &str = "entry_reference";

/// Fields of one set of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Custom fields.
    paths: BTreeSet<FieldPath>,
    /// Columns, by their SQL names, and tables of links.
    columns: BTreeSet<&'static str>,
    /// Any custom field.
    any: bool,
}

impl Touched {
    /// What asks for these rows, their related rows aside.
    pub(super) fn of(rows: &Rows) -> Self {
        let mut touched = Self::default();
        touched.predicate(&rows.predicate);
        rows.order.iter().for_each(|key| touched.operand(&key.operand));
        rows.search.iter().for_each(|search| touched.search(search));
        if rows.via.is_some() {
            touched.translations();
        }
        touched
    }

    /// What a condition on rows asks for, that on related rows aside.
    pub(super) fn of_predicate(predicate: &Predicate) -> Self {
        let mut touched = Self::default();
        touched.predicate(predicate);
        touched
    }

    /// The custom field that refers; all of them where none is named, or what is named is no path.
    pub(super) fn refer(&mut self, field: Option<&str>) {
        match field.and_then(|field| FieldPath::parse(field, "field").ok()) {
            Some(path) => self.path(&path),
            None => self.any = true,
        }
    }

    /// A way to related rows: what of this row leads there.
    pub(super) fn follow(&mut self, join: Join, field: Option<&str>) {
        match join {
            Join::Through { table: REFERENCES, here: "entry_id", .. } => self.refer(field),
            Join::Through { table: REFERENCES, .. } => {}
            Join::Through { table, .. } => self.column(table),
            Join::Columns { here: "id", there, .. } => self.column(there),
            Join::Columns { here, .. } | Join::Listed { here, .. } => self.column(here),
        }
    }

    /// A way by which rows were reached: what of these rows leads back.
    pub(super) fn followed(&mut self, join: Join, field: Option<&str>) {
        match join {
            Join::Through { table: REFERENCES, here: "entry_id", .. } => {}
            Join::Through { table: REFERENCES, .. } => self.refer(field),
            Join::Through { table, .. } => self.column(table),
            Join::Columns { there: "id", .. } | Join::Listed { .. } => {}
            Join::Columns { there, .. } => self.column(there),
        }
    }

    /// Both this and that.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.columns.extend(other.columns);
        self.any |= other.any;
        self
    }

    /// A custom field.
    pub(super) fn path(&mut self, path: &FieldPath) {
        self.paths.insert(path.clone());
    }

    /// A column.
    pub(super) fn column(&mut self, name: &'static str) {
        self.columns.insert(name);
    }

    /// What rows are counted by.
    pub(super) fn facet(&mut self, facet: &Facet) {
        match facet {
            Facet::Tags => self.column("entry_tag"),
            Facet::Categories { .. } => self.column("entry_category"),
            Facet::Statuses => self.column("status"),
            Facet::Locales => self.column("locale"),
            Facet::Field(path) => self.path(path),
            Facet::ContentTypes => {}
        }
    }

    /// Whether nothing of it is hidden.
    pub(super) fn seen(&self, hidden: &Hidden) -> bool {
        self.unseen(hidden).is_none()
    }

    /// The first of it that is hidden, as roles name it.
    pub(super) fn unseen(&self, hidden: &Hidden) -> Option<String> {
        let fields = self.any || !self.paths.is_empty();
        if fields && hidden.columns.contains("fields") {
            return Some("fields".to_owned());
        }
        if let Some(column) = self.columns.iter().find(|column| hidden.column(column)) {
            return Some(Hidden::name_of(column).to_owned());
        }
        let any = hidden.paths.first().filter(|_| self.any);
        let path = any.or_else(|| self.paths.iter().find_map(|path| hidden.path(path)));
        path.map(|path| format!("fields.{path}"))
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Column(column) => self.column(column.name),
            Operand::Key(column) => self.column(column),
            Operand::Path(path, _) => self.path(path),
            // The link was looked at where it was followed, and the search where it was asked.
            Operand::Link(_) | Operand::Relevance => {}
        }
    }

    /// Which of its translations an entry is shown in.
    fn translations(&mut self) {
        self.column("locale");
        self.column("translation_id");
    }

    /// The title and every searched field are in one vector; titles alone are compared for likeness.
    fn search(&mut self, search: &Search) {
        self.column("title");
        self.any |= search.mode != SearchMode::Fuzzy;
    }

    fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::And(all) | Predicate::Or(all) => all.iter().for_each(|one| self.predicate(one)),
            Predicate::Not(inner) => self.predicate(inner),
            Predicate::BestLocale(_, inner) | Predicate::Addressed(_, inner) => {
                self.translations();
                self.predicate(inner);
            }
            Predicate::Compare(operand, ..) | Predicate::In(operand, _) | Predicate::Present(operand, _) => {
                self.operand(operand);
            }
            Predicate::Related(related) => {
                let RelatedTo { join, field, .. } = related.as_ref();
                self.follow(*join, field.as_deref());
            }
            Predicate::Search(search) => self.search(search),
            Predicate::Brands(..) | Predicate::BrandLive(_) | Predicate::Live => {}
        }
    }
}
