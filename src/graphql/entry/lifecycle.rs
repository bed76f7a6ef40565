//! The mutations that publish, unpublish, schedule and archive entries.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    input::{OneEntryInput, one},
    mutation::EntryPayload,
};
use crate::{
    domain::{
        self,
        entry::{ChangeStatus, OneEntry, Transition},
    },
    graphql::{
        change::{Payload, change},
        scalar::DateTime,
    },
    service,
};

/// An entry, and when to publish it.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ScheduleEntryInput {
    /// The entry.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// The moment from which it is public; must be to come.
    at: DateTime,
}

impl ScheduleEntryInput {
    pub(in crate::graphql) fn parse(&self) -> domain::Result<ChangeStatus> {
        let transition = Transition::Schedule(self.at.0);
        one(&self.id, self.expected_version).map(|entry| ChangeStatus { entry, transition })
    }
}

/// The mutations of an entry's status.
#[derive(Debug, Default)]
pub(in crate::graphql) struct EntryLifecycleMutation;

#[Object]
impl EntryLifecycleMutation {
    /// Makes a draft or scheduled entry public now; a public one stays as it is. Needs `entry:publish`.
    async fn publish_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry.")] input: OneEntryInput,
    ) -> Payload<EntryPayload> {
        set(context, input.parse(), Transition::Publish).await
    }

    /// Makes an entry a draft again: takes it from the public, the schedule or the archive. Needs `entry:publish`.
    async fn unpublish_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry.")] input: OneEntryInput,
    ) -> Payload<EntryPayload> {
        set(context, input.parse(), Transition::Unpublish).await
    }

    /// Has a draft published at a moment, or at another one than before. Needs `entry:publish`.
    async fn schedule_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry, and when.")] input: ScheduleEntryInput,
    ) -> Payload<EntryPayload> {
        turn(context, input.parse()).await
    }

    /// Puts an entry away, out of the public; `unpublishEntry` makes it a draft again. Needs `entry:publish`.
    async fn archive_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which entry.")] input: OneEntryInput,
    ) -> Payload<EntryPayload> {
        set(context, input.parse(), Transition::Archive).await
    }
}

async fn set(
    context: &Context<'_>,
    entry: domain::Result<OneEntry>,
    transition: Transition,
) -> Payload<EntryPayload> {
    turn(context, entry.map(|entry| ChangeStatus { entry, transition })).await
}

async fn turn(context: &Context<'_>, command: domain::Result<ChangeStatus>) -> Payload<EntryPayload> {
    change(context, command, |services, caller, command| async move {
        service::entry::change_status(&services, &caller, command).await.map(Into::into)
    })
    .await
}
