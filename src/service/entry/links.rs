//! Tags and categorises entries.

use super::{Opened, finish, open_content};
use crate::{
    domain::{
        Error, Result,
        change::{Changed, distinct},
        entry::{MAX_CATEGORIES, MAX_TAGS, SetLinks},
    },
    service::{Caller, Services},
    store::{
        self,
        entry::Changes,
        entry_link::{self, Links},
    },
};

/// Sets, adds or takes off tags.
///
/// # Errors
/// `NOT_FOUND`, `INVALID` for tags that the brand does not have, `CONFLICT` for another version, `LIMIT_EXCEEDED` for too many.
pub async fn set_tags(services: &Services, caller: &Caller, command: SetLinks) -> Result<Changed> {
    set(services, caller, command, Links::Tags, ("tags", MAX_TAGS), "tagged").await
}

/// Sets, adds or takes off categories.
///
/// # Errors
/// As [`set_tags`].
pub async fn set_categories(services: &Services, caller: &Caller, command: SetLinks) -> Result<Changed> {
    set(services, caller, command, Links::Categories, ("categories", MAX_CATEGORIES), "categorised").await
}

async fn set(
    services: &Services,
    caller: &Caller,
    command: SetLinks,
    links: Links,
    (argument, most): (&'static str, u32),
    change: &str,
) -> Result<Changed> {
    let ids = distinct(command.ids, most, argument)?;
    let Opened { unit, grant, row } = open_content(services, caller, command.entry).await?;
    let count = entry_link::change(unit.tx(), &grant, &row, links, command.mode, &ids).await?;
    if count > u64::from(most) {
        return Err(Error::limit(argument, most, count));
    }
    let row = store::entry::update(unit.tx(), &grant, &row, Changes::default(), unit.now()).await?;
    finish(unit, &grant, &row, "entry.updated", change).await
}
