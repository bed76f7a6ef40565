//! Takes an entry back to what it held in an earlier version.

use super::{
    Opened, content, finish, open_content,
    taken::{self, Wanted},
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        change::Changed,
        entry::{LinkMode, RevertEntry},
    },
    service::{Caller, Services},
    store::{
        self,
        entry::Changes,
        entry_link::{self, Links},
        reference::Missing,
    },
};

/// Brings back slug, headline, fields, tags and categories as a new version; the status stays. Tags and categories that were
/// deleted meanwhile stay away. What the caller does not see stays as it is, and so do links that are not theirs to change.
///
/// # Errors
/// `NOT_FOUND` for an unknown entry or version, or one that they do not see, `INVALID` where those fields do not fit the type as it is now, `CONFLICT` for
/// another version, or a slug or unique field that was taken meanwhile.
pub async fn revert(services: &Services, caller: &Caller, command: RevertEntry) -> Result<Changed> {
    let wanted = Wanted::Version(command.entry.id, command.version);
    match take_back(services, caller, command).await {
        Err(error) => Err(taken::tell(services, &caller.actor, Permission::EntryWrite, wanted, error).await),
        reverted => reverted,
    }
}

async fn take_back(services: &Services, caller: &Caller, command: RevertEntry) -> Result<Changed> {
    let Opened { unit, grant, row } = open_content(services, caller, command.entry).await?;
    let then = store::entry::get_version(unit.tx(), &grant, &row, command.version).await?;
    let fields = store::covered::keeping(unit.tx(), &grant, &row, then.fields).await?;
    let kind = store::content_type::hold(unit.tx(), &grant, row.content_type_id).await?;
    let schema = content::schema(services, &kind).await?;
    content::refuse(content::violations(&schema, &fields), &grant, row.brand_id)?;
    let search_text = schema.search_text(&fields);
    let named = async |name, value| {
        let seen = store::covered::naming(unit.tx(), &grant, &row, &[name], None).await;
        Ok::<_, Error>(granted(seen)?.then_some(value))
    };
    let changes = Changes {
        slug: named("slug", then.slug).await?.flatten(),
        title: named("title", then.title).await?.flatten(),
        fields: Some((fields, search_text)),
        ..Changes::default()
    };
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    content::follow(&unit, &grant, &row, &schema, Missing::Refused).await?;
    for (links, ids) in [(Links::Tags, then.tags), (Links::Categories, then.categories)] {
        let Some(ids) = ids else { continue };
        if !granted(entry_link::may_change(unit.tx(), &grant, &row, links).await)? {
            continue;
        }
        let ids = entry_link::still_there(unit.tx(), &grant, &row, links, &ids).await?;
        entry_link::change(unit.tx(), &grant, &row, links, LinkMode::Set, &ids).await?;
    }
    finish(unit, &grant, &row, "entry.reverted", "reverted").await
}

/// Whether something was granted.
fn granted(answer: Result<()>) -> Result<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Code::Forbidden => Ok(false),
        Err(error) => Err(error),
    }
}
