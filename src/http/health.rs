//! Liveness (the process answers) and readiness (it should be sent requests).

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};

use super::{error::Refusal, request_id::RequestId, router::Routes};
use crate::domain::{Code, Error};

/// How long the question to the database may take: a probe must answer before the prober gives up.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs and can answer.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The server can do its work now: its database answers and it is not going away.
pub(super) async fn ready(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    if routes.door.draining.begun() {
        return Refusal::from(Error::new(Code::Unavailable, "the server is going away")).problem(&id);
    }
    match tokio::time::timeout(PATIENCE, (routes.door.ready)()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            Refusal::from(Error::new(Code::Unavailable, "the database does not answer").with_source(error))
                .problem(&id)
        }
        Err(_elapsed) => {
            Refusal::from(Error::new(Code::Unavailable, "the database does not answer in time")).problem(&id)
        }
    }
}
