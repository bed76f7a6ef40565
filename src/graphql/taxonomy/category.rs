//! The mutations of categories.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::input::{CreateCategoryInput, MoveCategoryInput, UpdateCategoryInput};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::CategoryNode,
    },
    service,
};

/// A category, and the version of it that you have seen.
#[derive(Debug, InputObject)]
struct DeleteCategoryInput {
    /// The category.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

/// A category that was changed.
#[derive(Debug, SimpleObject)]
struct CategoryPayload {
    /// The category as it is now.
    category: CategoryNode,
}

impl From<Changed> for CategoryPayload {
    fn from(changed: Changed) -> Self {
        Self { category: CategoryNode(changed.id) }
    }
}

/// The mutations of categories.
#[derive(Debug, Default)]
pub(in crate::graphql) struct CategoryMutation;

#[Object]
impl CategoryMutation {
    /// Creates a category, at the top or under another one. Needs `taxonomy:write`.
    async fn create_category(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The category.")] input: CreateCategoryInput,
    ) -> Payload<CategoryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::category::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of a category. Needs `taxonomy:write`.
    async fn update_category(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateCategoryInput,
    ) -> Payload<CategoryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::category::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Puts a category, with everything below it, under another one or at the top. Needs `taxonomy:write`.
    async fn move_category(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which category, and where to.")] input: MoveCategoryInput,
    ) -> Payload<CategoryPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::category::relocate(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Deletes a category that has none under it, and takes it off its entries; nothing brings it back. Needs
    /// `taxonomy:write`.
    async fn delete_category(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which category.")] input: DeleteCategoryInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Category, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::category::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::Category, changed))
        })
        .await
    }
}
