//! On whose behalf a command reads and writes content: the token's that it is given, or the system's.

use super::{
    super::{failure::Failure, identity},
    Context,
};
use crate::service::{Caller, Services};

/// Where a token is looked for: on a command line, everybody on the machine could read it.
const TOKEN: &str = "BRANDGRAPH_TOKEN";

/// Who asks. `command` is what it is called in the record of changes, `all` what taking an empty token away would do.
///
/// # Errors
/// Where the token is empty, or is none.
pub(super) async fn of(
    context: &Context,
    services: &Services,
    command: &'static str,
    all: &str,
) -> Result<Caller, Failure> {
    if context.environment.lacks(TOKEN) {
        return Err(Failure::Usage(format!("{TOKEN}: is empty; take it away to {all}")));
    }
    let Some(token) = context.environment.find(TOKEN) else { return Ok(Caller::system(command)) };
    let auth = identity::settings(&context.config)?;
    let authn = identity::authn(&auth, services)?;
    let actor = authn.authenticate(format!("Bearer {token}").as_bytes()).await;
    Ok(Caller::of(actor.map_err(|rejected| Failure::because(TOKEN, &rejected.error))?))
}
