//! The mutations that tag and categorise entries.

use async_graphql::{Context, Enum, ID, InputObject, Object};

use super::mutation::EntryPayload;
use crate::{
    domain::{
        self,
        entry::{LinkMode, OneEntry, SetLinks},
        node::Kind,
    },
    graphql::change::{Payload, Wrong, change},
    service,
};

/// How given tags or categories meet those that an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "LinkMode")]
enum Mode {
    /// They take their place.
    Set,
    /// They join them.
    Add,
    /// They are taken off.
    Remove,
}

/// An entry, and tags for it.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SetEntryTagsInput {
    /// The entry.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// How they meet the tags that it has.
    #[graphql(default_with = "Mode::Set")]
    mode: Mode,
    /// The tags, all of the brand; an entry has at most 100.
    tags: Vec<ID>,
}

/// An entry, and categories for it.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SetEntryCategoriesInput {
    /// The entry.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// How they meet the categories that it has.
    #[graphql(default_with = "Mode::Set")]
    mode: Mode,
    /// The categories, all of the brand; an entry has at most 50.
    categories: Vec<ID>,
}

impl SetEntryTagsInput {
    pub(in crate::graphql) fn parse(&self) -> domain::Result<SetLinks> {
        parse(&self.id, self.expected_version, self.mode, &self.tags, (Kind::Tag, "tags"))
    }
}

impl SetEntryCategoriesInput {
    pub(in crate::graphql) fn parse(&self) -> domain::Result<SetLinks> {
        let kinds = (Kind::Category, "categories");
        parse(&self.id, self.expected_version, self.mode, &self.categories, kinds)
    }
}

/// The mutations of an entry's tags and categories.
#[derive(Debug, Default)]
pub(in crate::graphql) struct EntryLinkMutation;

#[Object]
impl EntryLinkMutation {
    /// Sets, adds or takes off tags of an entry. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    async fn set_entry_tags(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry, which tags, and how.")] input: SetEntryTagsInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::set_tags(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Sets, adds or takes off categories of an entry. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    async fn set_entry_categories(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry, which categories, and how.")] input: SetEntryCategoriesInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::set_categories(&services, &caller, command).await.map(Into::into)
        })
        .await
    }
}

fn parse(
    id: &ID,
    expected_version: Option<i32>,
    mode: Mode,
    ids: &[ID],
    (kind, at): (Kind, &str),
) -> domain::Result<SetLinks> {
    let mut wrong = Wrong::default();
    let id = wrong.key(Kind::Entry, id, "id");
    let ids = wrong.keys(kind, ids, at);
    let mode = match mode {
        Mode::Set => LinkMode::Set,
        Mode::Add => LinkMode::Add,
        Mode::Remove => LinkMode::Remove,
    };
    wrong.finish(id.map(|id| SetLinks { entry: OneEntry { id, expected_version }, mode, ids }))
}
