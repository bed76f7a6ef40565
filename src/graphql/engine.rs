//! Executes requests: known documents at once, new ones after validation.

use std::sync::Arc;

use async_graphql::{
    EmptySubscription, OutputType, Schema, ValidationMode, parser::types::ExecutableDocument,
};
use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::sync::watch;
use tracing::Instrument;

use super::{
    coerce,
    context::RequestContext,
    cost::Pricing,
    direct::{self, Introspected},
    document::{self, Document, Documents, Refusal},
    error,
    merge::{self, Fault},
    message::{Context, Operation, Outcome, Reply, Request, limited, rejected},
    mutation::Mutation,
    once,
    persisted::{self, Persisted},
    query::Query,
    receipt::Receipt,
    register,
    seats::Seats,
    together,
    types::Types,
    viewer::Viewer,
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Actor,
        audit::{Reason, Refusal as Refused},
        limits::Settings,
    },
    service::{
        Caller, Library, Services, Waiting, audit,
        idempotency::Keyed,
        throttle::{Account, Throttle},
    },
};

pub(super) type BrandSchema = Schema<Query, Mutation, EmptySubscription>;

/// How many errors an answer names; a document can have one for each of its fields.
const MAX_ERRORS: usize = 50;

/// The graph, ready to answer; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    strict: BrandSchema,
    known: BrandSchema,
    documents: Documents,
    types: Arc<Types>,
    services: Services,
    library: Library,
    writing: watch::Sender<()>,
    seats: Seats,
    limits: Settings,
    throttle: Arc<Throttle>,
    persisted: Persisted,
    /// Validates without telling what a misspelt name was meant to be, where that is not for everybody.
    closed: Option<BrandSchema>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// The graph over a library's catalog.
    ///
    /// # Errors
    /// `CONFLICT` where the catalog gives two types of the graph one name, `INTERNAL` where it makes no schema.
    pub fn new(services: Services, library: Library) -> Result<Self> {
        register::distinct(library.catalog(), |registry| {
            <Mutation as OutputType>::create_type_info(registry);
            <Viewer as OutputType>::create_type_info(registry);
        })?;
        let build = || Schema::build(Query, Mutation::default(), EmptySubscription);
        let (strict, known) = register::with_catalog(Arc::clone(library.catalog()), || {
            (build().finish(), build().validation_mode(ValidationMode::Fast).finish())
        });
        let throttle = Arc::new(Throttle::off(&services.clock));
        let seats = Seats::among(services.db.most_writers());
        let types = Arc::new(Types::of_sdl(&strict.sdl())?);
        Ok(Self {
            strict,
            known,
            documents: Documents::new(),
            types,
            services,
            library,
            writing: watch::Sender::new(()),
            seats,
            limits: Settings::default(),
            throttle,
            persisted: Persisted::new(&persisted::Settings::default(), None)?,
            closed: None,
        })
    }

    /// The same with other bounds on documents.
    #[must_use]
    pub fn with_limits(self, limits: Settings) -> Self {
        Self { limits, ..self }
    }

    /// The same, which charges callers what their requests cost.
    #[must_use]
    pub fn with_throttle(self, throttle: Arc<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The same, with documents that are known by their hash.
    #[must_use]
    pub fn with_persisted(self, persisted: Persisted) -> Self {
        Self { persisted, ..self }
    }

    /// The same, which shows its schema to nobody without credentials, neither by introspection nor by what it says of a
    /// misspelt name.
    #[must_use]
    pub fn closed_to_strangers(mut self) -> Self {
        let build = || Schema::build(Query, Mutation::default(), EmptySubscription);
        let closed = || build().disable_suggestions().finish();
        self.closed = Some(register::with_catalog(Arc::clone(self.library.catalog()), closed));
        self
    }

    /// The schema in SDL.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.strict.sdl()
    }

    /// Notes what was refused before it came here.
    pub fn refused(&self, caller: &Caller, refusal: Refused) {
        audit::refused(&self.services, caller, refusal);
    }

    /// Completes when no mutation is running any more, also none that nobody waits for.
    pub async fn written(&self) {
        self.writing.closed().await;
    }

    /// Runs one request to its end. A mutation goes on where this is dropped: its outcome is then in the database alone, but it
    /// is never cut off between two of its fields. A batch is one field, and is taken back.
    pub async fn execute(&self, request: Request, context: Context) -> Reply {
        let account = self.throttle.account(&context.actor, context.from);
        let request_id = context.request_id.clone();
        let reply = self.answer(request, context, &account).await;
        if reply.outcome != Outcome::Rejected {
            return reply;
        }
        // What is no request costs something too: it was parsed and looked at.
        match self.throttle.charge_refused(&account).await {
            Ok(()) => reply,
            Err(refused) => limited(*refused, &request_id),
        }
    }

    async fn answer(&self, request: Request, context: Context, account: &Account) -> Reply {
        let Request { query, hash, operation_name, mut variables, queries_only } = request;
        let request_id = context.request_id;
        let caller = Caller {
            actor: context.actor,
            request_id: Some(request_id.clone()),
            from: context.from,
            user_agent: context.user_agent,
        };
        let stranger = self.closed.is_some() && caller.actor == Actor::Anonymous;
        let query = match self.persisted.text(query, hash).await {
            Ok(query) => query,
            Err(error) => {
                if error.code() == Code::Forbidden {
                    self.refused(&caller, Refused::new(Reason::Untrusted, "document"));
                }
                return rejected(error::of_request(&error, &request_id));
            }
        };
        let told = hash.map(|hash| (hash, query.clone()));
        let keyed = context.key.filter(|_| caller.actor != Actor::Anonymous).map(|key| {
            Keyed::new(&self.services, &caller, key, (&query, operation_name.as_deref(), &variables))
        });
        let (document, known) = match self.documents.find(&query) {
            Some(document) => (document, true),
            None => match Document::parse(&query, &self.limits) {
                Ok(document) => (Arc::new(document), false),
                Err(Refusal::Syntax(error)) => return rejected(error::of_server(&error, &request_id)),
                Err(Refusal::Limit(error)) => return self.bounded(&caller, &error),
            },
        };
        let operation = match document.operation(operation_name.as_deref()) {
            Ok(operation) => operation,
            Err(error) => return rejected(error::of_request(&error, &request_id)),
        };
        let kind = Operation::from(operation.definition.ty);
        if queries_only && kind != Operation::Query {
            let error = Error::invalid("query", "method", "a mutation must be sent by POST");
            let refused = rejected(error::of_request(&error, &request_id)).to(kind);
            return Reply { outcome: Outcome::MutationRefused, ..refused };
        }
        if stranger && operation.introspects {
            self.refused(&caller, Refused::new(Reason::Unauthenticated, "__schema"));
            let error = Error::new(Code::Unauthenticated, "looking at the schema needs a bearer token here");
            return rejected(error::of_request(&error, &request_id)).to(kind);
        }
        let definitions = &operation.definition.variable_definitions;
        if let Err(error) = coerce::variables(&self.types, definitions, &mut variables) {
            return rejected(error::of_request(&error, &request_id)).to(kind);
        }
        if !known && let Err(fault) = merge::check(&document.parsed, &self.types) {
            let reply = match fault {
                Fault::Conflict(conflict) => rejected(error::of_conflict(&conflict, &request_id)),
                Fault::Endless(error) => self.bounded(&caller, &error),
            };
            return reply.to(kind);
        }
        let mut prepared = RequestContext {
            services: self.services.clone(),
            library: self.library.clone(),
            throttle: Arc::clone(&self.throttle),
            caller,
            waiting: Waiting::default(),
            variables,
            only_validates: true,
            atomic: together::atomic(&operation.definition.directives),
        };
        if let Err(error) = direct::bounded(&document, operation, &prepared, self.limits.root_fields) {
            return self.bounded(&prepared.caller, &error).to(kind);
        }
        let mut schema = Introspected::default();
        if !known || operation.introspects {
            let by = match &self.closed {
                _ if known => &self.known,
                Some(closed) if stranger => closed,
                _ => &self.strict,
            };
            let verdict = executed(by, document.parsed.clone(), operation_name, &prepared).await;
            let verdict = reply(&verdict, &request_id).to(kind);
            if verdict.outcome != Outcome::Executed {
                return verdict;
            }
            if !known {
                self.documents.keep(query, Arc::clone(&document));
            }
            if operation.introspects {
                schema = serde_json::from_slice(&verdict.body).unwrap_or_default();
            }
        }
        let receipt = match self.charge(&document, operation, &prepared, account).await {
            Ok(receipt) => receipt,
            Err(reply) => return reply.to(kind),
        };
        // Not for strangers, who see nothing here and could fill the store that all instances share.
        if let Some((hash, text)) = told.filter(|_| prepared.caller.actor != Actor::Anonymous) {
            self.persisted.tell(hash, &text);
        }
        prepared.only_validates = false;
        if operation.reads_only {
            return match direct::run(&document, operation, &prepared, &schema, &receipt).await {
                Ok(body) => Reply { outcome: Outcome::Executed, operation: Some(kind), body, limited: None },
                Err(error) => rejected(error::of_request(&error, &request_id)).to(kind),
            };
        }
        let reply = match once::operation(&document, operation, &self.types, &prepared) {
            Ok(once) if kind == Operation::Mutation => {
                context.begun.mark();
                self.written_out(once, prepared, keyed).await
            }
            Ok(once) => reply(&executed(&self.known, once, None, &prepared).await, &request_id),
            Err(error) => rejected(error::of_request(&error, &request_id)),
        };
        Reply { body: receipt.added_to(&reply.body), ..reply.to(kind) }
    }

    /// Refuses what costs more than a request may, or its caller can spend now.
    async fn charge(
        &self,
        document: &Document,
        operation: document::Operation<'_>,
        request: &RequestContext,
        account: &Account,
    ) -> Result<Receipt, Reply> {
        let pricing = Pricing { types: &self.types, catalog: self.library.catalog() };
        let cost = document.cost(operation, &pricing).map_or(0, |cost| cost.of(&request.variables));
        let bound = self.limits.cost;
        if cost > u64::from(bound) {
            let error = Error::limit(("cost", "points that a request costs"), bound, cost);
            return Err(self.bounded(&request.caller, &error));
        }
        match self.throttle.charge(account, cost).await {
            Ok(remaining) => Ok(Receipt { requested: cost, bound: bound.into(), remaining }),
            Err(refused) => {
                if refused.retry_after.is_none() {
                    self.refused(&request.caller, Refused::new(refused.reason, "cost"));
                }
                Err(limited(*refused, request.request_id()))
            }
        }
    }

    /// Refuses before anything has run; where a bound was passed that is noted, as what was asked for.
    fn bounded(&self, caller: &Caller, error: &Error) -> Reply {
        if let Some(limit) = error.limit_name() {
            self.refused(caller, Refused::new(Reason::TooCostly, limit));
        }
        rejected(error::of_request(error, caller.request_id.as_deref().unwrap_or_default()))
    }

    /// Runs a mutation in a task of its own, which ends when the mutation does.
    async fn written_out(
        &self,
        document: ExecutableDocument,
        mut prepared: RequestContext,
        keyed: Option<Keyed>,
    ) -> Reply {
        let (schema, running, seats) = (self.known.clone(), self.writing.subscribe(), self.seats.clone());
        let (_asker, waiting) = Waiting::begin();
        prepared.waiting = waiting;
        let request_id = prepared.request_id().to_owned();
        let work = async move {
            let seat = match seats.take(&document, &prepared.waiting).await {
                Ok(seat) => seat,
                Err(error) => return rejected(error::of_request(&error, prepared.request_id())),
            };
            let reply = if prepared.atomic || keyed.is_some() {
                together::run(&schema, document, &prepared, keyed.as_ref()).await
            } else {
                reply(&executed(&schema, document, None, &prepared).await, prepared.request_id())
            };
            drop((seat, running));
            reply
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(reply) => reply,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => {
                let stopped = Error::new(Code::Unavailable, "the server is going away").with_source(error);
                rejected(error::of_request(&stopped, &request_id))
            }
        }
    }
}

/// What async-graphql makes of a document: its verdict on a new one, the answer where it is more than reads.
pub(super) async fn executed(
    schema: &BrandSchema,
    document: ExecutableDocument,
    operation_name: Option<String>,
    prepared: &RequestContext,
) -> async_graphql::Response {
    let variables = async_graphql::Variables::from_json(Value::Object(prepared.variables.clone()));
    let mut sent = async_graphql::Request::new("").variables(variables).data(prepared.clone());
    if let Some(name) = operation_name {
        sent = sent.operation_name(name);
    }
    sent.set_parsed_query(document);
    schema.execute(sent).await
}

pub(super) fn reply(response: &async_graphql::Response, request_id: &str) -> Reply {
    let errors: Vec<Value> =
        response.errors.iter().take(MAX_ERRORS).map(|error| error::of_server(error, request_id)).collect();
    // Errors of fields have a path; what has none was found before execution.
    let ran = response.errors.is_empty()
        || response.data != async_graphql::Value::Null
        || response.errors.iter().any(|error| !error.path.is_empty());
    let mut body = Map::new();
    if !ran {
        body.insert("errors".to_owned(), errors.into());
        let body = Bytes::from(Value::Object(body).to_string());
        return Reply { outcome: Outcome::Rejected, operation: None, body, limited: None };
    }
    match serde_json::to_string(&response.data) {
        Ok(data) => {
            let errors = if errors.is_empty() {
                String::new()
            } else {
                format!(",\"errors\":{}", Value::from(errors))
            };
            let body = Bytes::from(format!("{{\"data\":{data}{errors}}}"));
            Reply { outcome: Outcome::Executed, operation: None, body, limited: None }
        }
        Err(source) => rejected(error::of_request(&Error::internal(source), request_id)),
    }
}
