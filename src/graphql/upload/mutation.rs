//! The mutations of uploads.

use async_graphql::{Context, Object, SimpleObject};

use super::{
    input::{OneUploadInput, RequestUploadInput},
    parts::SignedRequest,
};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{Payload, change},
        planned::UploadNode,
    },
    service,
};

/// An upload that was asked for.
#[derive(Debug, SimpleObject)]
struct RequestUploadPayload {
    /// The upload.
    upload: UploadNode,
    /// How to send the file; null where it is large and sent in parts, which `uploadParts` tells about.
    put: Option<SignedRequest>,
}

/// An upload that was changed.
#[derive(Debug, SimpleObject)]
struct UploadPayload {
    /// The upload as it is now.
    upload: UploadNode,
}

impl From<Changed> for UploadPayload {
    fn from(changed: Changed) -> Self {
        Self { upload: UploadNode(changed.id) }
    }
}

/// The mutations of uploads.
#[derive(Debug, Default)]
pub(in crate::graphql) struct UploadMutation;

#[Object]
impl UploadMutation {
    /// Asks to upload a file: says how to send it to the store, past this server. Then comes `completeUpload`. Needs `asset:write`.
    async fn request_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The file, and the asset that is to be made of it.")] input: RequestUploadInput,
    ) -> Payload<RequestUploadPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            let requested = service::upload::request(&services, &caller, command).await?;
            Ok(RequestUploadPayload {
                upload: UploadNode(requested.id),
                put: requested.put.map(SignedRequest::from),
            })
        })
        .await
    }

    /// Says that a file was sent, or all of its parts. It is then held against what was promised: the upload becomes `READY` with an
    /// asset, or says what is wrong. Completed again, it answers the same. Needs `asset:write`.
    async fn complete_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which upload.")] input: OneUploadInput,
    ) -> Payload<UploadPayload> {
        let id = NodeId::parse_as(Kind::Upload, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            service::upload::complete(&services, &caller, id).await.map(Into::into)
        })
        .await
    }

    /// Ends an upload that was not completed, and removes what there is of the file. Needs `asset:write`.
    async fn abort_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which upload.")] input: OneUploadInput,
    ) -> Payload<UploadPayload> {
        let id = NodeId::parse_as(Kind::Upload, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            service::upload::abort(&services, &caller, id).await.map(Into::into)
        })
        .await
    }
}
