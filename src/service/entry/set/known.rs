//! What others have of what the drafts of a set want: slugs, unique values, and what references lead to; each kind in one statement.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    Fault,
    load::Loaded,
    plan::{Made, Plan},
    write::text,
};
use crate::{
    domain::{
        Result,
        access::Grant,
        fields::{FieldPath, Kind},
    },
    service::Unit,
    store::{
        bulk::{self, Claim},
        entry::Row,
        entry_set::{self, Place},
        reference::{self, Dead},
    },
};

/// What others have before anything of the set is written.
#[derive(Default)]
pub(super) struct Known {
    /// The entries that have slugs which are wanted.
    pub(super) holders: HashMap<Place, Uuid>,
    /// The entries that have unique values which are wanted.
    pub(super) values: HashMap<Wanting, Uuid>,
    /// References that lead nowhere, by their entry.
    pub(super) dead: HashMap<Uuid, Vec<Dead>>,
    /// Those that have something, where the caller may not see them.
    pub(super) rows: HashMap<Uuid, Row>,
}

/// A field that is unique: of which brand and type, where, and how it is compared.
type Field<'s> = (Uuid, Uuid, &'s FieldPath, Kind);

/// Who wants a value: the entry, and the how manieth of its unique values it is.
type Wanting = (Uuid, usize);

impl Known {
    pub(super) async fn of(
        unit: &Unit,
        grant: &Grant,
        loaded: &Loaded,
        drafts: &[Result<Plan, Fault>],
    ) -> Result<Self> {
        let open = drafts.iter().filter_map(|draft| draft.as_ref().ok()?.made()).filter(|made| made.open);
        let open: Vec<&Made> = open.collect();
        let moving: Vec<&Row> =
            open.iter().filter(|made| made.moves().is_some()).map(|made| &made.change.after).collect();
        let mut known = Self { holders: entry_set::holders(unit.tx(), &moving).await?, ..Self::default() };
        known.claim(unit, &open).await?;
        known.refer(unit, grant, &open).await?;
        if loaded.types.values().flatten().any(|kind| !grant.unrestricted_in(kind.row.brand_id)) {
            let holders = known.holders.values().chain(known.values.values()).copied().collect();
            known.rows = entry_set::rows(unit.tx(), holders).await?;
        }
        Ok(known)
    }

    /// Keeps the unique values that are wanted, and looks who has them.
    async fn claim(&mut self, unit: &Unit, open: &[&Made]) -> Result<()> {
        let mut fields: HashMap<Field<'_>, Vec<(Wanting, Claim)>> = HashMap::new();
        let mut locks = Vec::new();
        for made in open {
            let Some(schema) = &made.schema else { continue };
            let row = &made.change.after;
            for (index, unique) in schema.uniques(&row.fields)?.into_iter().enumerate() {
                locks.push(unique.lock_key(row.content_type_id));
                let claim = Claim { translation_id: row.translation_id, value: text(&unique) };
                let field = (row.brand_id, row.content_type_id, unique.path, unique.kind);
                fields.entry(field).or_default().push(((row.id, index), claim));
            }
        }
        if locks.is_empty() {
            return Ok(());
        }
        bulk::lock_values(unit.tx(), locks).await?;
        for ((brand, content_type, path, kind), claims) in fields {
            let (wanting, claims): (Vec<_>, Vec<Claim>) = claims.into_iter().unzip();
            let taken = bulk::taken_values(unit.tx(), brand, content_type, (path, kind), &claims).await?;
            let taken = taken.into_iter().filter_map(|(place, holder)| Some((*wanting.get(place)?, holder)));
            self.values.extend(taken);
        }
        Ok(())
    }

    async fn refer(&mut self, unit: &Unit, grant: &Grant, open: &[&Made]) -> Result<()> {
        let mut brands: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
        for made in open {
            let Some(schema) = &made.schema else { continue };
            let row = &made.change.after;
            let targets = schema.references(&row.fields)?;
            if !targets.is_empty() {
                brands.entry(row.brand_id).or_default().push((row.id, targets));
            }
        }
        for (brand, entries) in brands {
            for dead in reference::dead(unit.tx(), grant, brand, &entries).await? {
                self.dead.entry(dead.entry).or_default().push(dead);
            }
        }
        Ok(())
    }
}
