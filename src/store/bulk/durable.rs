//! When written sets become lasting: not each on its own, but all together at the end.

use crate::{
    domain::Result,
    store::{Tx, sql::execute},
};

/// Has the commit of this transaction return before its log is on the disk. A crash of the database may then lose the last
/// moments of what was committed (whole transactions, the latest first; nothing becomes inconsistent), so whoever writes
/// many of these calls [`flush`] before saying that all is done.
///
/// # Errors
/// As the database refuses.
pub async fn flush_later(tx: &Tx) -> Result<()> {
    execute(tx, "set local synchronous_commit = off", []).await.map(|_| ())
}

/// Has the commit of this transaction wait until the log up to it is on the disk, and with it all that was committed before.
///
/// # Errors
/// As the database refuses.
pub async fn flush(tx: &Tx) -> Result<()> {
    // A commit waits only where its transaction wrote something; this is a note in the log that nobody reads.
    execute(tx, "select pg_logical_emit_message(true, 'brandgraph', '')", []).await.map(|_| ())
}
