//! The mutations of tags.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::input::{CreateTagInput, UpdateTagInput};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::TagNode,
    },
    service,
};

/// A tag, and the version of it that you have seen.
#[derive(Debug, InputObject)]
struct DeleteTagInput {
    /// The tag.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

/// A tag that was changed.
#[derive(Debug, SimpleObject)]
struct TagPayload {
    /// The tag as it is now.
    tag: TagNode,
}

impl From<Changed> for TagPayload {
    fn from(changed: Changed) -> Self {
        Self { tag: TagNode(changed.id) }
    }
}

/// The mutations of tags.
#[derive(Debug, Default)]
pub(in crate::graphql) struct TagMutation;

#[Object]
impl TagMutation {
    /// Creates a tag. Needs `taxonomy:write`.
    async fn create_tag(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The tag.")] input: CreateTagInput,
    ) -> Payload<TagPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::tag::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of a tag. Needs `taxonomy:write`.
    async fn update_tag(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateTagInput,
    ) -> Payload<TagPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::tag::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Deletes a tag and takes it off its entries; nothing brings it back. Needs `taxonomy:write`.
    async fn delete_tag(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which tag.")] input: DeleteTagInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Tag, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::tag::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::Tag, changed))
        })
        .await
    }
}
