//! The mutations that create and change entries.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::input::{CreateEntryInput, OneEntryInput, UpdateEntryInput, one};
use crate::{
    domain::{Result, change::Changed, entry::RevertEntry, node::Kind},
    graphql::{
        change::{DeletePayload, Payload, PurgePayload, change},
        planned::EntryNode,
    },
    service,
};

/// An entry, and the version of it to go back to.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct RevertEntryInput {
    /// The entry.
    id: ID,
    /// The version that you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// The version whose content comes back.
    version: i32,
}

impl RevertEntryInput {
    pub(in crate::graphql) fn parse(&self) -> Result<RevertEntry> {
        one(&self.id, self.expected_version).map(|entry| RevertEntry { entry, version: self.version })
    }
}

/// An entry that was changed.
#[derive(Debug, SimpleObject)]
pub(super) struct EntryPayload {
    /// The entry as it is now.
    entry: EntryNode,
}

impl From<Changed> for EntryPayload {
    fn from(changed: Changed) -> Self {
        Self { entry: EntryNode(changed.id) }
    }
}

/// The mutations of an entry's content.
#[derive(Debug, Default)]
pub(in crate::graphql) struct EntryMutation;

#[Object]
impl EntryMutation {
    /// Creates an entry, as a draft. Needs `entry:write`.
    async fn create_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The entry.")] input: CreateEntryInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of an entry. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    async fn update_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateEntryInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Brings back what an entry held in an earlier version, as a new version; its status stays. Needs `entry:write`, and
    /// `entry:publish` where it is public or scheduled.
    async fn revert_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry, and to which version.")] input: RevertEntryInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::entry::revert(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Puts an entry out of sight; `restoreEntry` brings it back. Needs `entry:delete`, and `entry:publish` where it is public or
    /// scheduled.
    async fn delete_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry.")] input: OneEntryInput,
    ) -> Payload<DeletePayload> {
        change(context, input.parse(), |services, caller, entry| async move {
            let done = service::entry::delete(&services, &caller, entry).await;
            done.map(|changed| DeletePayload::new(Kind::Entry, changed))
        })
        .await
    }

    /// Removes a deleted entry for good, with its history; nothing brings it back, but a pull, where its platform still has it.
    /// A conflict while entries that are not deleted refer to it. Deleted entries without a source are purged by themselves
    /// after `bin.retention_days`. Needs `entry:purge`.
    async fn purge_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which deleted entry.")] input: OneEntryInput,
    ) -> Payload<PurgePayload> {
        change(context, input.parse(), |services, caller, entry| async move {
            let done = service::bin::purge(&services, &caller, entry).await;
            done.map(|changed| PurgePayload::new(Kind::Entry, changed))
        })
        .await
    }

    /// Brings a deleted entry back, where it fits its brand's locales and its type as they are now; one that was scheduled comes
    /// back as a draft. Needs `entry:delete`, and `entry:publish` where it was public or scheduled.
    async fn restore_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry.")] input: OneEntryInput,
    ) -> Payload<EntryPayload> {
        change(context, input.parse(), |services, caller, entry| async move {
            service::entry::restore(&services, &caller, entry).await.map(Into::into)
        })
        .await
    }
}
