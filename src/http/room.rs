//! The room that bodies of requests without credentials have together: who sends many of them slowly fills no memory with them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that are left for bodies; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Room {
    left: Arc<Semaphore>,
    size: usize,
}

/// What a body takes up; given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Held(Option<OwnedSemaphorePermit>);

impl Room {
    /// Room for so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let size = bytes.min(Semaphore::MAX_PERMITS);
        Self { left: Arc::new(Semaphore::new(size)), size }
    }

    /// All of it, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Takes up so many bytes more; whether they were there.
    pub(super) fn take(&self, held: &mut Held, bytes: usize) -> bool {
        let Ok(bytes) = u32::try_from(bytes) else { return false };
        let Ok(more) = Arc::clone(&self.left).try_acquire_many_owned(bytes) else { return false };
        match &mut held.0 {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_up_is_given_back() {
        let room = Room::new(100);
        let (mut one, mut other) = (Held::default(), Held::default());
        assert!(room.take(&mut one, 60) && room.take(&mut one, 30));
        assert!(!room.take(&mut other, 11));
        drop(one);
        assert!(room.take(&mut other, 100));
        assert!(!room.take(&mut other, usize::MAX));
    }
}
