//! The mutations of API keys and applications.

use async_graphql::{Context, Object, SimpleObject};

use super::input::{
    CreateApiKeyInput, CreateApplicationInput, RevokeApiKeyInput, RevokeApplicationInput, RotateApiKeyInput,
    RotateApplicationSecretInput, rotation,
};
use crate::{
    domain::{
        credential::Family,
        node::{Kind, NodeId},
    },
    graphql::{
        change::{Payload, change},
        planned::{ApiKeyNode, ApplicationNode},
    },
    service::{self, credential::Made},
};

/// A key, with its secret.
#[derive(SimpleObject)]
struct ApiKeySecretPayload {
    /// The key as it is now.
    api_key: ApiKeyNode,
    /// The whole key, as it goes into `Authorization: Bearer …`. It is told this once, and kept nowhere.
    secret: String,
}

/// A key that was changed.
#[derive(Debug, SimpleObject)]
struct ApiKeyPayload {
    /// The key as it is now.
    api_key: ApiKeyNode,
}

/// An application, with its secret.
#[derive(SimpleObject)]
struct ApplicationSecretPayload {
    /// The application as it is now.
    application: ApplicationNode,
    /// The `client_secret`. It is told this once, and kept nowhere.
    secret: String,
}

/// An application that was changed.
#[derive(Debug, SimpleObject)]
struct ApplicationPayload {
    /// The application as it is now.
    application: ApplicationNode,
}

impl From<Made> for ApiKeySecretPayload {
    fn from(made: Made) -> Self {
        Self { api_key: ApiKeyNode(made.changed.id), secret: made.secret }
    }
}

impl From<Made> for ApplicationSecretPayload {
    fn from(made: Made) -> Self {
        Self { application: ApplicationNode(made.changed.id), secret: made.secret }
    }
}

/// The mutations of credentials.
#[derive(Debug, Default)]
pub(in crate::graphql) struct CredentialMutation;

#[Object]
impl CredentialMutation {
    /// Makes an API key. Needs `access:manage` in the brand, or in every brand for a key of several or all; nobody makes a key that
    /// may do more than they may.
    async fn create_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key.")] input: CreateApiKeyInput,
    ) -> Payload<ApiKeySecretPayload> {
        change(context, input.parse(), |services, caller, new| async move {
            service::credential::create(&services, &caller, Family::ApiKey, new).await.map(Into::into)
        })
        .await
    }

    /// Gives an API key another secret; the present one stays good for a while. Needs what making it needs.
    async fn rotate_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RotateApiKeyInput,
    ) -> Payload<ApiKeySecretPayload> {
        let parsed = rotation(Kind::ApiKey, &input.id, input.overlap_seconds);
        change(context, parsed, |services, caller, (id, overlap)| async move {
            let expected = input.expected_version;
            service::credential::rotate(&services, &caller, Family::ApiKey, id, expected, overlap)
                .await
                .map(Into::into)
        })
        .await
    }

    /// Takes an API key back, for good. The server that did it refuses the key at once, others within 10 seconds. Needs
    /// `access:manage`.
    async fn revoke_api_key(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RevokeApiKeyInput,
    ) -> Payload<ApiKeyPayload> {
        let id = NodeId::parse_as(Kind::ApiKey, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            service::credential::revoke(&services, &caller, Family::ApiKey, id, input.expected_version)
                .await
                .map(|changed| ApiKeyPayload { api_key: ApiKeyNode(changed.id) })
        })
        .await
    }

    /// Makes an application. Needs `access:manage` in the brand, or in every brand for one of several or all; nobody makes one that
    /// may do more than they may.
    async fn create_application(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The application.")] input: CreateApplicationInput,
    ) -> Payload<ApplicationSecretPayload> {
        change(context, input.parse(), |services, caller, new| async move {
            service::credential::create(&services, &caller, Family::Application, new).await.map(Into::into)
        })
        .await
    }

    /// Gives an application another secret; the present one stays good for a while. Needs what making it needs.
    async fn rotate_application_secret(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which application.")] input: RotateApplicationSecretInput,
    ) -> Payload<ApplicationSecretPayload> {
        let parsed = rotation(Kind::Application, &input.id, input.overlap_seconds);
        change(context, parsed, |services, caller, (id, overlap)| async move {
            let expected = input.expected_version;
            service::credential::rotate(&services, &caller, Family::Application, id, expected, overlap)
                .await
                .map(Into::into)
        })
        .await
    }

    /// Takes an application back, for good, with its tokens: the server that did it refuses them at once, others within 10 seconds.
    /// Needs `access:manage`.
    async fn revoke_application(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which application.")] input: RevokeApplicationInput,
    ) -> Payload<ApplicationPayload> {
        let id = NodeId::parse_as(Kind::Application, &input.id, "id");
        change(context, id, |services, caller, id| async move {
            service::credential::revoke(&services, &caller, Family::Application, id, input.expected_version)
                .await
                .map(|changed| ApplicationPayload { application: ApplicationNode(changed.id) })
        })
        .await
    }
}
