//! What the entries of a batch refer to, as far as it is there: in the database, or in the batch itself.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    destination::{Destination, Rules},
    draft::{DirectReference, EntryDraft},
    prepare::value_of,
};
use crate::{
    domain::{Result, fields::Reference, node, record::Target},
    service::Unit,
    store::bulk::{self, Known, PendingRow, ReferenceRow},
};

/// What is there of what a batch refers to.
pub(super) struct Targets {
    entries: HashMap<Uuid, Vec<Known>>,
    assets: HashSet<Uuid>,
    /// Those that another batch has announced and the database does not show.
    air: HashSet<Uuid>,
    /// Content types of the entries that are named by their ids.
    named: HashMap<Uuid, Uuid>,
    /// Assets that are named by their ids.
    files: HashSet<Uuid>,
}

impl Targets {
    /// Looks up everything that the entries refer to.
    pub(super) async fn find(
        unit: &Unit,
        destination: &Destination,
        entries: &[&EntryDraft],
    ) -> Result<Self> {
        let flying = &destination.flying;
        let wanted = |to: Target| -> Vec<Uuid> {
            let references = entries.iter().flat_map(|entry| &entry.references);
            let ids: HashSet<Uuid> =
                references.filter(|one| one.to == to).flat_map(|one| one.targets.iter().copied()).collect();
            ids.into_iter().collect()
        };
        let mut found = Self::named(unit, destination.brand, entries).await?;
        let (translations, assets) = (wanted(Target::Entry), wanted(Target::Asset));
        if !assets.is_empty() {
            // The air first: what lands in between is then in both, and not in neither.
            found.assets = flying.assets(&assets);
            let known: HashSet<Uuid> = bulk::known_assets(unit.tx(), assets).await?.into_iter().collect();
            found.air.extend(found.assets.difference(&known));
            found.assets.extend(known);
        }
        if !translations.is_empty() {
            found.entries = flying.entries(&translations);
            found.air.extend(found.entries.values().flatten().map(|known| known.id));
            for known in bulk::known_entries(unit.tx(), translations).await? {
                found.air.remove(&known.id);
                let there = found.entries.entry(known.translation_id).or_default();
                if !there.iter().any(|one| one.id == known.id) {
                    there.push(known);
                }
            }
            for entry in entries {
                found.air.remove(&entry.id);
                // What it is going to be counts, not what it was.
                let known = found.entries.entry(entry.translation_id).or_default();
                known.retain(|one| one.id != entry.id);
                known.push(entry.known());
            }
        }
        Ok(found)
    }

    /// Looks up what the entries name by ids that they hold already.
    async fn named(unit: &Unit, brand: Uuid, entries: &[&EntryDraft]) -> Result<Self> {
        let own = || entries.iter().filter(|entry| entry.own);
        let (files, pieces): (Vec<&DirectReference>, Vec<&DirectReference>) =
            own().flat_map(|entry| &entry.direct).partition(|direct| direct.reference == Reference::Asset);
        let mut found = Self {
            entries: HashMap::new(),
            assets: HashSet::new(),
            air: HashSet::new(),
            named: HashMap::new(),
            files: HashSet::new(),
        };
        if !files.is_empty() || !pieces.is_empty() {
            let ids = |direct: Vec<&DirectReference>| direct.into_iter().map(|one| one.id).collect();
            (found.named, found.files) = bulk::there(unit.tx(), brand, ids(pieces), ids(files)).await?;
        }
        // What it is going to be counts, not what it was.
        found.named.extend(own().map(|entry| (entry.id, entry.content_type_id)));
        Ok(found)
    }

    /// The content type of an entry that another one names by its id, where it is there.
    pub(super) fn type_of(&self, entry: Uuid) -> Option<Uuid> {
        self.named.get(&entry).copied()
    }

    /// The text of the entry's fields with its references in them; what is not there yet waits.
    pub(super) fn resolve<'d>(
        &self,
        rules: &Rules,
        entry: &'d EntryDraft,
        references: &mut Vec<ReferenceRow>,
        pending: &mut Vec<PendingRow<'d>>,
    ) -> String {
        let mut fields = entry.fields.clone();
        for reference in &entry.references {
            let mut here = Vec::with_capacity(reference.targets.len());
            for (position, target) in (0_i32..).zip(&reference.targets) {
                let found = match reference.to {
                    Target::Asset => self.assets.get(target).copied(),
                    Target::Entry => {
                        self.nearest(rules, *target, entry.locale.as_str()).map(|known| known.id)
                    }
                };
                let asset = reference.to == Target::Asset;
                if let Some(target_id) = found {
                    here.push(target_id);
                    let field = reference.field.clone();
                    references.push(ReferenceRow { entry_id: entry.id, field, position, target_id, asset });
                } else {
                    pending.push(PendingRow {
                        entry_id: entry.id,
                        field: reference.field.as_str().into(),
                        position,
                        many: reference.many,
                        target_translation_id: Some(*target).filter(|_| !asset),
                        target_asset_id: Some(*target).filter(|_| asset),
                        target_entry_id: None,
                        placed: false,
                        types: reference.types.as_deref(),
                    });
                }
            }
            let kind = match reference.to {
                Target::Entry => node::Kind::Entry,
                Target::Asset => node::Kind::Asset,
            };
            if let Some(value) = value_of(kind, reference.many, &here) {
                fields.add(&reference.field, &value);
            }
        }
        for direct in &entry.direct {
            let (field, asset) = (direct.path.to_string(), direct.reference == Reference::Asset);
            let position = i32::try_from(direct.position).unwrap_or(i32::MAX);
            let known =
                if asset { self.files.contains(&direct.id) } else { self.named.contains_key(&direct.id) };
            if entry.own && !known {
                pending.push(PendingRow {
                    entry_id: entry.id,
                    field: field.into(),
                    position,
                    many: false,
                    target_translation_id: None,
                    target_asset_id: Some(direct.id).filter(|_| asset),
                    target_entry_id: Some(direct.id).filter(|_| !asset),
                    placed: true,
                    types: direct.types.as_deref(),
                });
            } else {
                references.push(ReferenceRow {
                    entry_id: entry.id,
                    field,
                    position,
                    target_id: direct.id,
                    asset,
                });
            }
        }
        fields.into_text()
    }

    /// Whether one of the references leads to what another batch has announced and the database does not show.
    pub(super) fn in_the_air(&self, references: &[ReferenceRow]) -> bool {
        references.iter().any(|one| self.air.contains(&one.target_id))
    }

    /// The translation that a reference from that language leads to, where there is one.
    pub(super) fn nearest(&self, rules: &Rules, translation: Uuid, locale: &str) -> Option<&Known> {
        let known = self.entries.get(&translation)?.iter();
        known.min_by_key(|one| (rules.distance(locale, &one.locale), one.locale.as_str()))
    }
}
