//! The content types that a connector declares: made in the brand where it has none of that key.

use uuid::Uuid;

use super::{Caller, Services, content_type};
use crate::{
    cmp::Connector,
    domain::{
        Code, Result,
        access::Actor,
        content_type::CreateContentType,
        text::{Name, Prose, TypeKey},
    },
    store,
};

/// Makes the content types that are missing. Those that are there stay as they are: a brand may have changed them.
///
/// # Errors
/// `INVALID` where the connector declares one that cannot be, with its place in the connector.
pub(super) async fn ensure(
    services: &Services,
    caller: &Caller,
    brand: Uuid,
    connector: &Connector,
) -> Result<()> {
    let known = store::content_type::keys(&services.db, brand).await?;
    // Whoever may pull from a source gets the types that its content is of.
    let system = Caller { actor: Actor::System("sync"), ..caller.clone() };
    for (index, declared) in connector.content_types.iter().enumerate() {
        if known.contains(&declared.key) {
            continue;
        }
        let at = format!("content_types/{index}");
        let text = declared.description.as_deref();
        let command = CreateContentType {
            brand_id: brand,
            key: TypeKey::parse(&declared.key, &format!("{at}/key"))?,
            name: Name::parse(&declared.name, &format!("{at}/name"))?,
            description: text.map(|text| Prose::parse(text, &format!("{at}/description"))).transpose()?,
            schema: declared.schema.clone(),
        };
        match content_type::create(services, &system, command).await {
            // Another pull was faster.
            Err(error) if error.code() == Code::Conflict => {}
            done => {
                done.map_err(|error| error.under(&format!("{at}/")))?;
            }
        }
    }
    Ok(())
}
