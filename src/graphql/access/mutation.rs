//! The mutations of roles and members.

use async_graphql::{Context, Object, SimpleObject};

use super::input::{CreateRoleInput, DeleteRoleInput, GrantRoleInput, RevokeRoleInput, UpdateRoleInput};
use crate::{
    domain::{
        change::Changed,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{DeletePayload, Payload, change},
        planned::{MemberNode, RoleNode},
    },
    service,
};

/// A role that was changed.
#[derive(Debug, SimpleObject)]
struct RolePayload {
    /// The role as it is now.
    role: RoleNode,
}

impl From<Changed> for RolePayload {
    fn from(changed: Changed) -> Self {
        Self { role: RoleNode(changed.id) }
    }
}

/// A role that somebody was given.
#[derive(Debug, SimpleObject)]
struct MemberPayload {
    /// The member.
    member: MemberNode,
}

impl From<Changed> for MemberPayload {
    fn from(changed: Changed) -> Self {
        Self { member: MemberNode(changed.id) }
    }
}

/// The mutations of roles and members.
#[derive(Debug, Default)]
pub(in crate::graphql) struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Creates a role of a brand's own. Needs `access:manage`, and every permission that the role gives.
    async fn create_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The role.")] input: CreateRoleInput,
    ) -> Payload<RolePayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::role::create(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Changes what is given of a role, for all who hold it. Needs `access:manage`, and every permission that the role gives,
    /// before and after.
    async fn update_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateRoleInput,
    ) -> Payload<RolePayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::role::update(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Deletes a role that nobody holds. Needs `access:manage`, and every permission that the role gives.
    async fn delete_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which role.")] input: DeleteRoleInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Role, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::role::delete(&services, &caller, id, input.expected_version).await;
            done.map(|changed| DeletePayload::new(Kind::Role, changed))
        })
        .await
    }

    /// Gives somebody a role in a brand. Needs `access:manage`, and every permission that the role gives.
    async fn grant_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is to hold which role.")] input: GrantRoleInput,
    ) -> Payload<MemberPayload> {
        change(context, input.parse(), |services, caller, command| async move {
            service::member::grant(&services, &caller, command).await.map(Into::into)
        })
        .await
    }

    /// Takes a role back from somebody; a brand keeps its last owner. Needs `access:manage`, and every permission that the role
    /// gives.
    async fn revoke_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which member.")] input: RevokeRoleInput,
    ) -> Payload<DeletePayload> {
        let id = NodeId::parse_as(Kind::Member, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            let done = service::member::revoke(&services, &caller, id).await;
            done.map(|changed| DeletePayload::new(Kind::Member, changed))
        })
        .await
    }
}
