//! The mutations of content types.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{
    input::{CreateContentTypeInput, UpdateContentTypeInput},
    report::Report,
};
use crate::{
    domain::node::{Kind, NodeId},
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::ContentTypeNode,
    },
    service,
};

/// A content type, and the version of it that you have seen.
#[derive(Debug, InputObject)]
struct DeleteContentTypeInput {
    /// The content type.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

/// A content type that was made.
#[derive(Debug, SimpleObject)]
struct CreateContentTypePayload {
    /// The content type as it is now.
    content_type: ContentTypeNode,
}

/// What came of a change to a content type.
#[derive(Debug, SimpleObject)]
struct UpdateContentTypePayload {
    /// The content type as it is now.
    content_type: ContentTypeNode,
    /// Whether anything was stored; not after a dry run.
    applied: bool,
    /// What the given schema means for the entries; null where none was given.
    report: Option<Report>,
}

/// The mutations of content types.
#[derive(Debug, Default)]
pub(in crate::graphql) struct ContentTypeMutation;

#[Object]
impl ContentTypeMutation {
    /// Creates a content type; the indexes that its schema asks for are built in the background. Needs `type:write`.
    async fn create_content_type(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The content type.")] input: CreateContentTypeInput,
    ) -> Payload<CreateContentTypePayload> {
        change(context, input.parse(), |services, caller, command| async move {
            let changed = service::content_type::create(&services, &caller, command).await?;
            Ok(CreateContentTypePayload { content_type: ContentTypeNode(changed.id) })
        })
        .await
    }

    /// Changes what is given of a content type, or says what a schema would mean for its entries. Needs `type:write`.
    async fn update_content_type(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateContentTypeInput,
    ) -> Payload<UpdateContentTypePayload> {
        change(context, input.parse(), |services, caller, command| async move {
            let updated = service::content_type::update(&services, &caller, command).await?;
            Ok(UpdateContentTypePayload {
                content_type: ContentTypeNode(updated.changed.id),
                applied: updated.applied,
                report: updated.report.map(Into::into),
            })
        })
        .await
    }

    /// Deletes a content type that no entry uses, deleted ones included; nothing brings it back. Needs `type:write`.
    async fn delete_content_type(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which content type.")] input: DeleteContentTypeInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::ContentType, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::content_type::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::ContentType, changed))
        })
        .await
    }
}
