//! Whether somebody still waits for the answer of what is being done.

use tokio::sync::watch;

use crate::domain::{Code, Error, Result};

/// Held by whoever waits; dropping it is giving up.
#[derive(Debug)]
pub struct Asker(#[expect(dead_code, reason = "it is there to be dropped")] watch::Sender<()>);

/// What the work looks at. The default is work that nobody can give up.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Option<watch::Receiver<()>>);

impl Waiting {
    /// Somebody who waits, and what their work looks at.
    #[must_use]
    pub fn begin() -> (Asker, Self) {
        let (asker, waiting) = watch::channel(());
        (Asker(asker), Self(Some(waiting)))
    }

    /// Passes while somebody waits.
    ///
    /// # Errors
    /// `TIMEOUT` where they have given up.
    pub fn check(&self) -> Result<()> {
        let gone = self.0.as_ref().is_some_and(|waiting| waiting.has_changed().is_err());
        if gone { Err(given_up()) } else { Ok(()) }
    }

    /// Waits for something for as long as somebody waits for it.
    ///
    /// # Errors
    /// `TIMEOUT` where they gave up first.
    pub async fn until<T>(&self, ready: impl Future<Output = T>) -> Result<T> {
        let Some(mut waiting) = self.0.clone() else { return Ok(ready.await) };
        tokio::select! {
            biased;
            // Nothing is ever sent: it changes only by being dropped.
            _ = waiting.changed() => Err(given_up()),
            ready = ready => Ok(ready),
        }
    }
}

fn given_up() -> Error {
    Error::new(Code::Timeout, "nobody waits for the answer any more; nothing of it was written")
}
