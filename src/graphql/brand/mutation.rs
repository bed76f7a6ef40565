//! The mutations of brands.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::input::{CreateBrandInput, UpdateBrandInput};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::BrandNode,
    },
    service,
};

/// A brand, and the version of it that you have seen.
#[derive(Debug, InputObject)]
struct OneBrandInput {
    /// The brand.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

/// A brand that was changed.
#[derive(Debug, SimpleObject)]
struct BrandPayload {
    /// The brand as it is now.
    brand: BrandNode,
}

impl From<Changed> for BrandPayload {
    fn from(changed: Changed) -> Self {
        Self { brand: BrandNode(changed.id) }
    }
}

/// The mutations of brands.
#[derive(Debug, Default)]
pub(in crate::graphql) struct BrandMutation;

#[Object]
impl BrandMutation {
    /// Creates a brand with its locales. Needs `brand:write` in every brand.
    async fn create_brand(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The brand.")] input: CreateBrandInput,
    ) -> Payload<BrandPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::brand::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of a brand. Needs `brand:write`.
    async fn update_brand(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateBrandInput,
    ) -> Payload<BrandPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::brand::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Puts a brand, with everything in it, out of sight; `restoreBrand` brings it back. Needs `brand:write`.
    async fn delete_brand(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which brand.")] input: OneBrandInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Brand, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::brand::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::Brand, changed))
        })
        .await
    }

    /// Brings a deleted brand back, with everything in it. Needs `brand:write`.
    async fn restore_brand(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which brand.")] input: OneBrandInput,
    ) -> Payload<BrandPayload> {
        let id = NodeId::parse_as(Kind::Brand, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::brand::restore(&services, &caller, id, input.expected_version).await;
            done.map(Into::into)
        })
        .await
    }
}
