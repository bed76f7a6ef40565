//! Batches of one destination that are being written at the same time. They cannot see one another in the database, but what
//! they hold is known, so that a reference from one to another is written once, at the end, and not as a change of the entry.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use super::draft::{Body, Draft, EntryDraft};
use crate::store::bulk::{Known, Missing, Pulled, ReferenceRow};

/// What is in the air, and what has to be written when it has landed.
#[derive(Debug, Default)]
pub(super) struct Flying(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Uuid, Vec<Known>>,
    assets: HashSet<Uuid>,
    late: Vec<Late>,
}

/// A reference that stands in its entry's fields, and whose target was in the air when the entry was written.
#[derive(Debug, Clone)]
pub(super) struct Late {
    pub(super) row: ReferenceRow,
    /// Whether the field holds a list.
    pub(super) many: bool,
    /// What the translations of the target share, where it is an entry.
    pub(super) translation_id: Option<Uuid>,
    /// The content types that the target may be of; any where there are none.
    pub(super) types: Option<Vec<Uuid>>,
    /// What is remembered of the entry's record once the reference is written.
    pub(super) pulled: Pulled,
}

impl Flying {
    /// Announces a batch. It is in the air until the flight is dropped, which must be after its transaction has ended.
    pub(super) fn announce<'f>(&'f self, drafts: &'f [Draft]) -> Flight<'f> {
        let mut state = self.state();
        for draft in drafts {
            match &draft.body {
                Body::Entry(entry) => {
                    state.entries.entry(entry.translation_id).or_default().push(entry.known());
                }
                Body::Asset(asset) => {
                    state.assets.insert(asset.id);
                }
            }
        }
        drop(state);
        Flight { flying: self, drafts }
    }

    /// Those of the wanted entries that are in the air, by what their translations share.
    pub(super) fn entries(&self, wanted: &[Uuid]) -> HashMap<Uuid, Vec<Known>> {
        let state = self.state();
        wanted.iter().filter_map(|id| Some((*id, state.entries.get(id)?.clone()))).collect()
    }

    /// Those of the wanted assets that are in the air.
    pub(super) fn assets(&self, wanted: &[Uuid]) -> HashSet<Uuid> {
        let state = self.state();
        wanted.iter().copied().filter(|id| state.assets.contains(id)).collect()
    }

    /// Keeps references for later.
    pub(super) fn delay(&self, late: Vec<Late>) {
        self.state().late.extend(late);
    }

    /// Hands out what was kept.
    pub(super) fn take_late(&self) -> Vec<Late> {
        std::mem::take(&mut self.state().late)
    }

    // A thread that panicked in here left nothing half-done: every change is one call.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch in the air.
pub(super) struct Flight<'f> {
    flying: &'f Flying,
    drafts: &'f [Draft],
}

impl Flight<'_> {
    /// Takes back what was announced of those that will not land.
    pub(super) fn withdraw(&self, gone: &HashSet<Uuid>) {
        if !gone.is_empty() {
            self.flying.forget(self.drafts.iter().filter(|draft| gone.contains(&draft.id())));
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flying.forget(self.drafts.iter());
    }
}

impl Flying {
    fn forget<'d>(&self, drafts: impl Iterator<Item = &'d Draft>) {
        let mut state = self.state();
        for draft in drafts {
            match &draft.body {
                Body::Entry(entry) => {
                    if let Some(known) = state.entries.get_mut(&entry.translation_id) {
                        known.retain(|known| known.id != entry.id);
                        if known.is_empty() {
                            state.entries.remove(&entry.translation_id);
                        }
                    }
                }
                Body::Asset(asset) => {
                    state.assets.remove(&asset.id);
                }
            }
        }
    }
}

/// The references whose targets are in the air, with what it takes to let them wait where those do not land.
pub(super) fn lately(
    entries: &[&EntryDraft],
    references: Vec<ReferenceRow>,
    missing: Vec<Missing>,
) -> Vec<Late> {
    if missing.is_empty() {
        return Vec::new();
    }
    let missing: HashSet<Missing> = missing.into_iter().collect();
    let entries: HashMap<Uuid, &EntryDraft> = entries.iter().map(|entry| (entry.id, *entry)).collect();
    let late = references.into_iter().filter_map(|row| {
        let place = Missing { entry_id: row.entry_id, field: row.field.clone(), position: row.position };
        let wanted = entries.get(&row.entry_id)?.references.iter().find(|one| one.field == row.field)?;
        let target = wanted.targets.get(usize::try_from(row.position).ok()?).copied();
        let translation_id = target.filter(|_| !row.asset);
        let pulled = entries.get(&row.entry_id)?.pulled;
        let (many, types) = (wanted.many, wanted.types.clone());
        missing.contains(&place).then_some(Late { row, many, translation_id, types, pulled })
    });
    late.collect()
}
