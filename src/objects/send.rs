//! Sends bytes by a signed request, as any client would: for commands that bring files in.

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;

use super::Presigned;
use crate::domain::{Code, Error, Result};

/// How long a store may take to answer once it has all of it.
const PATIENCE: Duration = Duration::from_secs(900);

/// Sends so many bytes, piece by piece.
///
/// # Errors
/// `UNAVAILABLE` where the store is out of reach or refuses them.
pub async fn send(
    to: &Presigned,
    bytes: u64,
    body: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> Result<()> {
    let failed = |error: reqwest::Error| {
        Error::new(Code::Unavailable, "the store did not take the file").with_source(error.without_url())
    };
    let client = reqwest::Client::builder().read_timeout(PATIENCE).build().map_err(failed)?;
    let mut request = client.put(&to.url).body(reqwest::Body::wrap_stream(body));
    for (name, value) in to.headers.iter().filter(|(name, _)| name != "content-length" && name != "host") {
        request = request.header(name, value);
    }
    let answer = request.header("content-length", bytes).send().await.map_err(failed)?;
    answer.error_for_status().map(drop).map_err(failed)
}
