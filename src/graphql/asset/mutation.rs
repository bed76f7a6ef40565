//! The mutations of assets.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::input::{CreateAssetInput, UpdateAssetInput};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::AssetNode,
    },
    service,
};

/// An asset, and the version of it that you have seen.
#[derive(Debug, InputObject)]
struct OneAssetInput {
    /// The asset.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

/// An asset that was changed.
#[derive(Debug, SimpleObject)]
struct AssetPayload {
    /// The asset as it is now.
    asset: AssetNode,
}

impl From<Changed> for AssetPayload {
    fn from(changed: Changed) -> Self {
        Self { asset: AssetNode(changed.id) }
    }
}

/// The mutations of assets.
#[derive(Debug, Default)]
pub(in crate::graphql) struct AssetMutation;

#[Object]
impl AssetMutation {
    /// Creates an asset: what is known about a file that is somewhere on the web. Needs `asset:write`.
    async fn create_asset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The asset.")] input: CreateAssetInput,
    ) -> Payload<AssetPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::asset::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of an asset. Needs `asset:write`.
    async fn update_asset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateAssetInput,
    ) -> Payload<AssetPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::asset::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Puts an asset out of sight; `restoreAsset` brings it back. Needs `asset:write`.
    async fn delete_asset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which asset.")] input: OneAssetInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Asset, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::asset::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::Asset, changed))
        })
        .await
    }

    /// Brings a deleted asset back. Needs `asset:write`.
    async fn restore_asset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which asset.")] input: OneAssetInput,
    ) -> Payload<AssetPayload> {
        let id = NodeId::parse_as(Kind::Asset, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::asset::restore(&services, &caller, id, input.expected_version).await;
            done.map(Into::into)
        })
        .await
    }
}
