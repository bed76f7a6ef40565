//! The content types that a connector declares: made in the brand where it has none of that key.

use uuid::Uuid;

use super::{Caller, Services, Unit};
use crate::{
    cmp::Connector,
    domain::{
        Result,
        change::Changed,
        event::Event,
        fields::Schema,
        text::{Name, Prose, TypeKey},
    },
    kit::id,
    store::bulk::{self, NewType},
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
    let mut unit = Unit::begin(services, caller).await?;
    let known = bulk::list_types(unit.tx(), brand).await?;
    for (index, declared) in connector.content_types.iter().enumerate() {
        if known.iter().any(|known| known.key == declared.key) {
            continue;
        }
        let at = format!("content_types/{index}");
        let key = TypeKey::parse(&declared.key, &format!("{at}/key"))?;
        let name = Name::parse(&declared.name, &format!("{at}/name"))?;
        let text = declared.description.as_deref();
        let description = text.map(|text| Prose::parse(text, &format!("{at}/description"))).transpose()?;
        Schema::parse(&declared.schema).map_err(|error| error.under(&format!("{at}/")))?;
        let id = id::new(unit.now());
        let new = NewType {
            id,
            key: key.as_str(),
            name: name.as_str(),
            description: description.as_ref().map(Prose::as_str),
            schema: &declared.schema,
        };
        bulk::insert_type(unit.tx(), brand, new, &unit.actor().label(), unit.now()).await?;
        unit.record(Event::of("content_type.created", brand, Changed { id, version: 1 }));
    }
    unit.commit().await
}
