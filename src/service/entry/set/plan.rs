//! What of the drafts can be done together, decided in memory one after the other: who has a slug or a value by the time that an
//! operation comes, and what its references lead to.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{Fault, known::Known, load::Loaded, write::text};
use crate::{
    domain::{
        Error, Result,
        access::Grant,
        change::Changed,
        fields::{Reference, Schema},
    },
    queue::NewJob,
    store::{
        covered,
        entry::Row,
        entry_link::Links,
        entry_set::{self, Change, Place, place},
        reference, unique,
    },
};

/// What becomes of an entry.
pub(super) enum Plan {
    /// Nothing: it is so already.
    Same(Changed),
    /// This.
    Made(Box<Made>),
}

/// A change that was found to be good, as far as that shows without asking the database.
pub(super) struct Made {
    pub(super) change: Change,
    /// Whether it is still to be looked at what others have.
    pub(super) open: bool,
    /// The schema that its custom fields were checked with, where they were given.
    pub(super) schema: Option<Arc<Schema>>,
    /// The tags or categories that it had, and is to have.
    pub(super) links: Vec<(Links, Vec<Uuid>, Vec<Uuid>)>,
    /// What is recorded, and how the history names it.
    pub(super) kind: &'static str,
    pub(super) named: &'static str,
    pub(super) job: Option<NewJob>,
}

impl From<Made> for Plan {
    fn from(made: Made) -> Self {
        Self::Made(Box::new(made))
    }
}

impl Plan {
    pub(super) fn changed(&self) -> Changed {
        match self {
            Self::Same(changed) => *changed,
            Self::Made(made) => {
                let row = &made.change.after;
                let rise = i32::from(made.change.before.is_some());
                Changed { id: row.id, version: row.version.saturating_add(rise) }
            }
        }
    }

    /// What becomes of the entry, where anything does.
    pub(super) fn made(&self) -> Option<&Made> {
        match self {
            Self::Same(_) => None,
            Self::Made(made) => Some(made),
        }
    }
}

impl Made {
    /// The place that it is to take among the entries, where it is another than it has.
    pub(super) fn moves(&self) -> Option<Place> {
        let wanted = place(&self.change.after);
        (self.change.before.as_ref().map(place).as_ref() != Some(&wanted)).then_some(wanted)
    }
}

/// An entry of the set that is going to be made: its brand and the key of its type, and whether the caller will see it.
struct New {
    brand: Uuid,
    key: Arc<str>,
    seen: bool,
}

/// Plans one draft after the other.
pub(super) struct Planner<'l> {
    grant: &'l Grant,
    loaded: &'l Loaded,
    known: &'l Known,
    /// The places that entries of the set are going to have, and those that they give up.
    taken: HashSet<Place>,
    left: HashSet<Place>,
    /// Who is going to have which unique value: what its translations share, and the value as it was written.
    claims: HashMap<String, (Uuid, String)>,
    made: HashMap<Uuid, New>,
    changed: HashSet<Uuid>,
}

impl<'l> Planner<'l> {
    pub(super) fn new(grant: &'l Grant, loaded: &'l Loaded, known: &'l Known) -> Self {
        let (taken, left, changed) = (HashSet::new(), HashSet::new(), HashSet::new());
        let (claims, made) = (HashMap::new(), HashMap::new());
        Self { grant, loaded, known, taken, left, claims, made, changed }
    }

    /// The same draft where it can be done after those before it; else why not, by the first thing that the single operation would
    /// come across.
    pub(super) fn plan(&mut self, draft: Plan) -> Result<Plan, Fault> {
        if let Some(made) = draft.made() {
            if made.open {
                self.slug(made)?;
                if made.change.before.is_some() {
                    made.change.granted(self.grant)?;
                }
                self.values(made)?;
                self.references(made)?;
                self.links(made)?;
            }
            self.note(made)?;
        }
        Ok(draft)
    }

    fn restricted(&self, made: &Made) -> bool {
        !self.grant.unrestricted_in(made.change.after.brand_id)
    }

    /// The error that says what another entry has, told of as concealed where the caller does not see that one.
    fn told(&self, made: &Made, holder: Uuid, error: Error) -> Fault {
        let brand = made.change.after.brand_id;
        if !self.restricted(made) {
            return error.into();
        }
        // What it is since then is for the single operation to see.
        if self.changed.contains(&holder) {
            return Fault::Alone;
        }
        match self.known.rows.get(&holder) {
            Some(row) if self.grant.sees(brand, &covered::facts(row, &made.change.type_key)) => error.into(),
            Some(_) => error.about_unseen(brand).into(),
            None => Fault::Alone,
        }
    }

    fn slug(&self, made: &Made) -> Result<(), Fault> {
        let Some(place) = made.moves() else { return Ok(()) };
        if self.taken.contains(&place) {
            return Err(if self.restricted(made) { Fault::Alone } else { entry_set::slug_taken().into() });
        }
        if self.left.contains(&place) {
            return Err(Fault::Alone);
        }
        match self.known.holders.get(&place) {
            Some(holder) => Err(self.told(made, *holder, entry_set::slug_taken())),
            None => Ok(()),
        }
    }

    fn values(&self, made: &Made) -> Result<(), Fault> {
        let Some(schema) = &made.schema else { return Ok(()) };
        let row = &made.change.after;
        for (index, one) in schema.uniques(&row.fields)?.iter().enumerate() {
            if let Some((translation_id, value)) = self.claims.get(&one.lock_key(row.content_type_id))
                && *translation_id != row.translation_id
            {
                // Numbers may differ where the text of the lock does not.
                let sure = *value == text(one) && !self.restricted(made);
                return Err(if sure { unique::taken(one.path).into() } else { Fault::Alone });
            }
            if let Some(holder) = self.known.values.get(&(row.id, index)) {
                if self.changed.contains(holder) {
                    return Err(Fault::Alone);
                }
                return Err(self.told(made, *holder, unique::taken(one.path)));
            }
        }
        Ok(())
    }

    fn references(&self, made: &Made) -> Result<(), Fault> {
        let row = &made.change.after;
        let (Some(schema), Some(dead)) = (&made.schema, self.known.dead.get(&row.id)) else { return Ok(()) };
        let targets = schema.references(&row.fields)?;
        let own = self.newcomer(made);
        let mut violations = Vec::new();
        for one in dead {
            let target = targets.iter().find(|target| target.pointer == one.pointer);
            let types = target.and_then(|target| match target.reference {
                Reference::Entry(types) => Some(types),
                Reference::Asset => None,
            });
            let new = if one.target == row.id { Some(&own) } else { self.made.get(&one.target) };
            match (new, types) {
                (Some(new), Some(types)) if new.brand == row.brand_id => {
                    if !new.seen {
                        return Err(Fault::Alone);
                    }
                    if !types.is_empty() && !types.iter().any(|key| **key == *new.key) {
                        violations.push(reference::misfit(&one.pointer));
                    }
                }
                _ if self.restricted(made) && self.changed.contains(&one.target) => return Err(Fault::Alone),
                _ => violations.push(one.violation.clone()),
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(Error::violated(violations).into()) }
    }

    fn links(&self, made: &Made) -> Result<(), Fault> {
        let row = &made.change.after;
        for (links, _, ids) in &made.links {
            if self.restricted(made) {
                let facts = covered::facts(row, &made.change.type_key);
                self.grant.covers_links(row.brand_id, &facts, links.argument())?;
            }
            self.loaded.known(*links, row.brand_id, ids)?;
        }
        Ok(())
    }

    fn newcomer(&self, made: &Made) -> New {
        let (row, key) = (&made.change.after, &made.change.type_key);
        let seen = !self.restricted(made) || self.grant.sees(row.brand_id, &covered::facts(row, key));
        New { brand: row.brand_id, key: Arc::clone(key), seen }
    }

    /// Remembers what the next ones find.
    fn note(&mut self, made: &Made) -> Result<()> {
        let row: &Row = &made.change.after;
        if let Some(place) = made.moves() {
            self.taken.insert(place);
            self.left.extend(made.change.before.as_ref().map(place_of));
        }
        if let Some(schema) = &made.schema {
            for one in schema.uniques(&row.fields)? {
                self.claims.insert(one.lock_key(row.content_type_id), (row.translation_id, text(&one)));
            }
        }
        if made.change.before.is_some() {
            self.changed.insert(row.id);
        } else {
            let new = self.newcomer(made);
            self.made.insert(row.id, new);
        }
        Ok(())
    }
}

fn place_of(row: &Row) -> Place {
    place(row)
}
