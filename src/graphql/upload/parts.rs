//! `uploadParts`: which parts of a file are there, and how to send the others.

use async_graphql::{Context, ID, SimpleObject};

use crate::{
    domain::{
        Code, Error,
        node::{Kind, NodeId},
        upload::MAX_SIGNED,
    },
    graphql::context::RequestContext,
    objects::Presigned,
    service,
};

/// How many parts are signed where nothing is said.
const DEFAULT_SIGNED: u32 = 20;

/// A header of a request.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct SignedHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// A request that the client sends to the store by itself. Whoever has it can send it.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct SignedRequest {
    /// `PUT`.
    method: String,
    /// The address, good for a while.
    url: String,
    /// The headers that were signed and must be sent as they are. Browsers set `content-length` and `host` by themselves.
    headers: Vec<SignedHeader>,
}

impl From<Presigned> for SignedRequest {
    fn from(signed: Presigned) -> Self {
        let headers = signed.headers.into_iter().map(|(name, value)| SignedHeader { name, value }).collect();
        Self { method: signed.method.to_owned(), url: signed.url, headers }
    }
}

/// A part that is to be sent.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct UploadPart {
    /// Its number, from 1.
    number: u32,
    /// Its size in bytes.
    byte_size: f64,
    /// Where it begins in the file, in bytes.
    offset: f64,
    /// How to send it.
    put: SignedRequest,
}

/// The parts of an upload.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct UploadParts {
    /// The size of every part but the last, in bytes.
    size: f64,
    /// How many there are to be.
    count: u32,
    /// The numbers of those that are there.
    uploaded: Vec<u32>,
    /// Those that are still to be sent, after the given number, at most as many as were asked for.
    missing: Vec<UploadPart>,
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}

/// Reads the arguments and answers.
pub(in crate::graphql) async fn upload_parts(
    context: &Context<'_>,
    request: &RequestContext,
) -> async_graphql::Result<Option<UploadParts>> {
    let id: ID = context.param_value("id", None)?.1;
    let first: Option<i32> = context.param_value("first", None)?.1;
    let after: Option<i32> = context.param_value("after", None)?.1;
    let positive = |given: Option<i32>, default: u32, at: &str| match given.map(u32::try_from) {
        None => Ok(default),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(Error::invalid(at, "range", "must not be negative")),
    };
    let answered = async {
        let id = NodeId::parse_as(Kind::Upload, &id, "id")?;
        let first = positive(first, DEFAULT_SIGNED.min(MAX_SIGNED), "first")?;
        let after = positive(after, 0, "after")?;
        let found = service::upload::parts(&request.services, &request.caller, id, after, first).await?;
        Ok::<_, Error>(UploadParts {
            size: number(found.size),
            count: found.count,
            uploaded: found.uploaded,
            missing: found
                .urls
                .into_iter()
                .map(|(part, bytes, put)| UploadPart {
                    number: part,
                    byte_size: number(bytes),
                    offset: number(u64::from(part.saturating_sub(1)).saturating_mul(found.size)),
                    put: put.into(),
                })
                .collect(),
        })
    };
    match answered.await {
        Ok(parts) => Ok(Some(parts)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => {
            request.note(&error, "uploadParts");
            Err(request.render(&error))
        }
    }
}
