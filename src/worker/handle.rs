//! One idempotent handler for each kind of job: a job may run twice, late, or after what it was for is gone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use super::metrics;
use crate::{
    domain::{Code, Error, Result},
    queue::{Job, Outcome},
    service::{
        Caller, Services, bin,
        content_type::{self, Progress},
        entry, signing, upload,
    },
};

/// The kinds of job that this version handles; others are left to the version that enqueued them.
pub const KINDS: [&str; 8] = [
    entry::PUBLISH,
    content_type::BUILD,
    content_type::DROP,
    content_type::REINDEX,
    bin::PURGE,
    signing::ROTATE,
    upload::VERIFY,
    upload::CLEAN,
];

#[derive(Debug, Deserialize)]
struct Publish {
    entry: Uuid,
    at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
struct Index {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reindex {
    content_type: Uuid,
    after: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
struct Verify {
    upload: Uuid,
}

#[derive(Debug, Deserialize)]
struct Clean {
    after: Option<String>,
}

/// Does a job and says what came of it.
pub(super) async fn handle(services: &Services, job: &Job) -> Outcome {
    let outcome = match attempt(services, job).await {
        Ok(Progress::Done) => Outcome::Done,
        Ok(Progress::Busy(by)) => Outcome::Postpone(by),
        Err(error) => {
            let outcome = fail(job, &error);
            if job.kind == entry::PUBLISH && last(job, &outcome) {
                give_up(services, job, &error).await;
            }
            if job.kind == upload::VERIFY && last(job, &outcome) {
                give_up_upload(services, job).await;
            }
            outcome
        }
    };
    metrics::ran(job, &outcome);
    outcome
}

/// Whether a job that failed is not going to be tried again.
fn last(job: &Job, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Bury(_) => true,
        Outcome::Retry(_) => job.attempts >= job.max_attempts,
        Outcome::Done | Outcome::Postpone(_) => false,
    }
}

/// An entry is not left waiting for a publication that nobody will try again.
async fn give_up(services: &Services, job: &Job, why: &Error) {
    let Ok(Publish { entry, at }) = payload(job) else { return };
    match entry::give_up_publication(services, &Caller::system("schedule"), entry, at, why).await {
        Ok(publication) => metrics::published(publication),
        Err(error) => {
            tracing::error!(job.id = %job.id, entry.id = %entry, code = error.code().name(), %error,
            "an entry stays scheduled although its publication was given up")
        }
    }
}

/// A client is not left waiting for a verdict that nobody will come to.
async fn give_up_upload(services: &Services, job: &Job) {
    let Ok(Verify { upload }) = payload(job) else { return };
    let claim = upload::Claim::of(job);
    if let Err(error) = upload::give_up(services, &Caller::system("upload"), upload, &claim).await {
        tracing::error!(job.id = %job.id, upload.id = %upload, %error, "an upload stays unverified");
    }
}

async fn attempt(services: &Services, job: &Job) -> Result<Progress> {
    match job.kind.as_str() {
        entry::PUBLISH => {
            let Publish { entry, at } = payload(job)?;
            let publication = entry::publish_due(services, &Caller::system("schedule"), entry, at).await?;
            metrics::published(publication);
            Ok(Progress::Done)
        }
        content_type::BUILD => {
            let Index { name } = payload(job)?;
            content_type::build_index(services, &Caller::system("index"), &name).await
        }
        content_type::DROP => {
            let Index { name } = payload(job)?;
            content_type::drop_index(services, &name).await
        }
        content_type::REINDEX => {
            let Reindex { content_type, after } = payload(job)?;
            content_type::reindex(services, &Caller::system("schema"), content_type, after).await?;
            Ok(Progress::Done)
        }
        bin::PURGE => {
            metrics::purged(bin::purge_due(services, &Caller::system("bin")).await?);
            Ok(Progress::Done)
        }
        signing::ROTATE => {
            signing::rotate(services, &Caller::system("signing")).await?;
            Ok(Progress::Done)
        }
        upload::VERIFY => {
            let Verify { upload } = payload(job)?;
            let claim = upload::Claim::of(job);
            match upload::verify(services, &Caller::system("upload"), upload, &claim).await? {
                upload::Progress::Done => Ok(Progress::Done),
                upload::Progress::Busy(wait) => Ok(Progress::Busy(wait)),
            }
        }
        upload::CLEAN => {
            let Clean { after } = payload(job)?;
            upload::clean(services, &Caller::system("upload"), after).await?;
            Ok(Progress::Done)
        }
        _ => Err(Error::new(Code::Invalid, "this version knows no such kind of job")),
    }
}

fn payload<T: DeserializeOwned>(job: &Job) -> Result<T> {
    T::deserialize(&job.payload).map_err(|source| {
        Error::new(Code::Invalid, "the job's payload is not as expected").with_source(source)
    })
}

/// What the outside may mend by itself is tried again; what only a person can mend is not.
fn fail(job: &Job, error: &Error) -> Outcome {
    let source = std::error::Error::source(error);
    tracing::warn!(job.id = %job.id, job.kind, job.attempts, error = %error, source, "a job failed");
    let text = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    if error.code().retryable() || matches!(error.code(), Code::Internal | Code::Conflict) {
        Outcome::Retry(text)
    } else {
        Outcome::Bury(text)
    }
}
