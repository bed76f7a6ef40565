//! How many batches run at a time: each holds a connection for long, and the others are to write too.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, Selection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    domain::{Error, Result},
    service::Waiting,
};

/// Of so many connections for writes one is for batches.
const SHARE: u32 = 4;

/// The places of this process; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Seats(Arc<Semaphore>);

impl Seats {
    /// A quarter of the connections that writes have, and at least one.
    pub(super) fn among(connections: u32) -> Self {
        let seats = usize::try_from(connections / SHARE).unwrap_or(1).max(1);
        Self(Arc::new(Semaphore::new(seats)))
    }

    /// A place for a mutation that has a batch in it, taken before it has a connection: whoever waits here is in nobody's way.
    ///
    /// # Errors
    /// `TIMEOUT` where whoever asked gave up first.
    pub(super) async fn take(
        &self,
        document: &ExecutableDocument,
        waiting: &Waiting,
    ) -> Result<Option<OwnedSemaphorePermit>> {
        if !batches(document) {
            return Ok(None);
        }
        let seat = waiting.until(Arc::clone(&self.0).acquire_owned()).await?;
        seat.map(Some).map_err(Error::internal)
    }
}

/// Whether a batch stands among the root fields, which are written out.
fn batches(document: &ExecutableDocument) -> bool {
    document.operations.iter().any(|(_, operation)| {
        let fields = &operation.node.selection_set.node.items;
        fields
            .iter()
            .any(|one| matches!(&one.node, Selection::Field(field) if field.node.name.node == "batch"))
    })
}
