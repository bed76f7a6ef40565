//! Nodes in the payloads of mutations: read through the planner like any other.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, Name, OutputType, PathSegment, Positioned, ServerError, ServerResult,
    Value, indexmap::IndexMap, parser::types::Field, registry::Registry,
};
use uuid::Uuid;

use super::{
    context::RequestContext,
    read::{self, Surroundings},
    register,
};
use crate::domain::{
    Error, Result,
    node::{Kind, NodeId},
};

/// JSON text as a value that is written out as it is.
pub(super) fn raw(json: String) -> Value {
    let mut object = IndexMap::with_capacity(1);
    object.insert(Name::new(async_graphql_value::RAW_VALUE_TOKEN), Value::String(json));
    Value::Object(object)
}

/// The position, fragments and variables of a field that async-graphql executes.
pub(super) fn surroundings<'d, T>(context: &async_graphql::ContextBase<'d, T>) -> Surroundings<'d> {
    Surroundings {
        fragments: &context.query_env.fragments,
        definitions: &context.query_env.operation.node.variable_definitions,
    }
}

/// Refuses what the selection on a payload asks of its nodes and cannot have, before there are such nodes.
pub(super) async fn foresee(payload: &str, context: &Context<'_>, request: &RequestContext) -> Result<()> {
    let Some(payload) = context.schema_env.registry.types.get(payload) else {
        return Err(Error::internal("a payload has a type that is not registered"));
    };
    let kind = |field: &str| {
        let of = payload.field_by_name(field)?.ty.trim_end_matches('!');
        Kind::ALL.into_iter().find(|kind| kind.type_name() == of)
    };
    let set = &context.item.node.selection_set.node;
    if context.item.node.name.node == "deleteEntry" {
        read::foresee_version(payload.name(), set, surroundings(context), request)?;
    }
    read::foresee(payload.name(), set, kind, surroundings(context), request).await
}

async fn resolve(
    kind: Kind,
    id: Uuid,
    context: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let request = context.data_opt::<RequestContext>();
    let failed = |error: &Error| -> ServerError {
        let request_id = request.map(RequestContext::request_id).unwrap_or_default();
        let rendered = super::error::render(error, request_id).into_server_error(field.pos);
        let mut rendered = context.set_error_path(rendered);
        rendered.path.extend(error.place().iter().cloned().map(PathSegment::Field));
        rendered
    };
    let Some(request) = request else {
        return Err(failed(&Error::internal("a resolver runs without a request context")));
    };
    let set = &field.node.selection_set.node;
    let reading =
        read::node(NodeId::new(kind, id), set, surroundings(context), request).await.map_err(|error| {
            request.failed(&error);
            failed(&error)
        })?;
    reading.refused.iter().for_each(|error| context.add_error(failed(error)));
    Ok(raw(reading.json))
}

macro_rules! planned {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(pub Uuid);

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(Kind::$kind.type_name())
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register::nouns(registry);
                format!("{}!", Self::type_name())
            }

            async fn resolve(
                &self,
                context: &ContextSelectionSet<'_>,
                field: &Positioned<Field>,
            ) -> ServerResult<Value> {
                resolve(Kind::$kind, self.0, context, field).await
            }
        }
    )*};
}

planned! {
    /// A brand, by its key.
    BrandNode = Brand;
    /// A content type, by its key.
    ContentTypeNode = ContentType;
    /// An entry, by its key.
    EntryNode = Entry;
    /// A tag, by its key.
    TagNode = Tag;
    /// A category, by its key.
    CategoryNode = Category;
    /// An asset, by its key.
    AssetNode = Asset;
    /// An upload, by its key.
    UploadNode = Upload;
    /// An API key, by its key.
    ApiKeyNode = ApiKey;
    /// An application, by its key.
    ApplicationNode = Application;
    /// A role, by its key.
    RoleNode = Role;
    /// A member, by their key.
    MemberNode = Member;
}
