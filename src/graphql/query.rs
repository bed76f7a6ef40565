//! The query type, as async-graphql executes it: beside mutations, for introspection, and where a document is new.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, PathSegment, Positioned,
    ServerResult, Value,
    parser::types::Field,
    registry::{MetaField, ObjectBuilder, Registry},
    resolver_utils::resolve_container,
};

use super::{
    access::{self, Access},
    context, planned, read, register,
    select::Root,
    together,
    upload::{UploadParts, upload_parts},
    viewer::Viewer,
};
use crate::domain::Error;

/// Everything that can be read.
#[derive(Debug)]
pub(crate) struct Query;

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let viewer = Viewer::create_type_info(registry);
        let mut fields = register::query(registry);
        let mut field = MetaField::new("viewer", viewer);
        field.description = Some("Who is asking, and what they may do.".to_owned());
        fields.insert("viewer".to_owned(), field);
        let (name, field) = explain_access(registry);
        fields.insert(name, field);
        let (name, field) = parts_of_upload(registry);
        fields.insert(name, field);
        let object =
            ObjectBuilder::new("Query", fields).description(Some("Everything that can be read.".to_owned()));
        registry.types.insert("Query".to_owned(), object.build());
        together::register(registry);
        "Query!".to_owned()
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(context, self).await
    }
}

impl ContainerType for Query {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        let field = &context.item.node;
        let at =
            |error: async_graphql::Error| context.set_error_path(error.into_server_error(context.item.pos));
        let request = context::of(context).map_err(at)?;
        let name = field.name.node.as_str();
        if name == "viewer" {
            let viewer = Viewer::of(request);
            let selection = context.with_selection_set(&field.selection_set);
            return viewer.resolve(&selection, context.item).await.map(Some);
        }
        if name == "explainAccess" && !request.only_validates {
            let selection = context.with_selection_set(&field.selection_set);
            // The field may be null, so the rest of the answer stands.
            return match access::explain(context, request).await {
                Ok(access) => access.resolve(&selection, context.item).await.map(Some),
                Err(error) => {
                    context.add_error(at(error));
                    Ok(None)
                }
            };
        }
        if name == "uploadParts" && !request.only_validates {
            let selection = context.with_selection_set(&field.selection_set);
            return match upload_parts(context, request).await {
                Ok(Some(parts)) => parts.resolve(&selection, context.item).await.map(Some),
                Ok(None) => Ok(None),
                Err(error) => {
                    context.add_error(at(error));
                    Ok(None)
                }
            };
        }
        let Some(root) = Root::find(name).filter(|_| !request.only_validates) else { return Ok(None) };
        let placed = |error: &Error| {
            let mut rendered = at(request.render(error));
            rendered.path.extend(error.place().iter().cloned().map(PathSegment::Field));
            rendered
        };
        let sets = [&field.selection_set.node];
        match read::root(root, field, &sets, planned::surroundings(context), request).await {
            Ok(reading) => {
                reading.refused.iter().for_each(|error| context.add_error(placed(error)));
                Ok(Some(planned::raw(reading.json)))
            }
            Err(error) => {
                let error = placed(&error);
                if root.always() {
                    return Err(error);
                }
                // The field may be null, so the rest of the answer stands.
                context.add_error(error);
                Ok(None)
            }
        }
    }
}

fn explain_access(registry: &mut Registry) -> (String, MetaField) {
    let access = Access::create_type_info(registry);
    let mut field = MetaField::new("explainAccess", access.trim_end_matches('!'));
    let doc = "Whether you may do something with a node that you see, and which role and rule decide. About what others may do, \
        where you hold `access:manage`.";
    field.description = Some(doc.to_owned());
    field.args.extend([
        register::argument("node", "ID!", "What it is to be done with."),
        register::argument("action", "String!", "The permission that it needs, as `noun:verb`."),
        register::argument(
            "field",
            "String",
            "The field that it is about, of an entry: `fields.cost`, `publishedAt`, `slug`.",
        ),
        register::argument(
            "member",
            "ID",
            "The member of the node's brand that is to do it; you where it is left out.",
        ),
        register::argument(
            "claims",
            "JSON",
            "With `member`: what their token claims, as an object, for the conditions of their roles.",
        ),
    ]);
    ("explainAccess".to_owned(), field)
}

fn parts_of_upload(registry: &mut Registry) -> (String, MetaField) {
    let parts = UploadParts::create_type_info(registry);
    let mut field = MetaField::new("uploadParts", parts.trim_end_matches('!'));
    let doc = "The parts of a file that is being uploaded: which are there, and how to send the others, so that an upload that was \
        interrupted goes on. A file that is sent in one request is one part. Null where there is no such upload, or it is not yours to see. Needs `asset:write`.";
    field.description = Some(doc.to_owned());
    field.args.extend([
        register::argument("id", "ID!", "The upload."),
        register::argument("first", "Int", "How many to sign, 100 at the most; 20 where nothing is said."),
        register::argument("after", "Int", "Sign those after this number; 0 where nothing is said."),
    ]);
    ("uploadParts".to_owned(), field)
}

impl ObjectType for Query {}
