//! Any store that speaks S3, through the official client.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_s3::{
    Client,
    config::{
        Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
        retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    presigning::{PresignedRequest, PresigningConfig},
    types::{CompletedMultipartUpload, CompletedPart},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt, stream};
use secrecy::{ExposeSecret, SecretString};

use super::{Answer, Checksums, Get, Head, Key, Life, Listed, Part, Presigned, Put, Settings, Store, Stream};
use crate::domain::{Code, Error, Result};

/// How often a request is sent at the most.
const ATTEMPTS: u32 = 3;
/// How long a store may take to make one object of another, or of parts: it reads and writes all of it, and some say nothing
/// until they are done.
const MAKING: Duration = Duration::from_secs(900);

/// A bucket of a store that speaks S3.
#[derive(Debug, Clone)]
pub struct S3 {
    /// As this server reaches it.
    own: Client,
    /// As clients reach it: what they are given is signed for this address.
    public: Client,
    bucket: String,
}

impl S3 {
    /// The bucket that the settings name; nothing where they name none. Where they hold no access key, credentials come from the
    /// usual chain, when they are first needed.
    pub async fn new(settings: &Settings) -> Option<Self> {
        let bucket = settings.bucket.clone()?;
        let mut builder = match (&settings.access_key_id, &settings.secret_access_key) {
            (Some(id), Some(secret)) => Builder::new()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(credentials(id, secret)),
            _ => {
                let region = Region::new(settings.region.clone());
                let chain = aws_config::defaults(BehaviorVersion::latest()).region(region).load().await;
                Builder::from(&chain)
            }
        };
        builder = builder
            .region(Region::new(settings.region.clone()))
            .force_path_style(settings.path_style)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(settings.timeout_seconds.min(5)))
                    .read_timeout(Duration::from_secs(settings.timeout_seconds))
                    .build(),
            );
        let at = |builder: &Builder, endpoint: &Option<String>| {
            let mut builder = builder.clone();
            builder.set_endpoint_url(endpoint.clone());
            Client::from_conf(builder.build())
        };
        // What clients send is not known here when it is signed: a checksum would be that of nothing.
        let public_endpoint = settings.public_endpoint.clone().or_else(|| settings.endpoint.clone());
        let public = at(&builder, &public_endpoint);
        if settings.checksums == Checksums::WhenSupported {
            builder = builder
                .request_checksum_calculation(RequestChecksumCalculation::WhenSupported)
                .response_checksum_validation(ResponseChecksumValidation::WhenSupported);
        }
        Some(Self { own: at(&builder, &settings.endpoint), public, bucket })
    }

    async fn find(&self, key: &Key) -> Result<Option<Head>> {
        match self.own.head_object().bucket(&self.bucket).key(key.as_str()).send().await {
            Ok(head) => Ok(Some(Head { bytes: unsigned(head.content_length()) })),
            Err(SdkError::ServiceError(error)) if error.raw().status().as_u16() == 404 => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn parts(&self, key: &Key, session: &str) -> Result<Option<Vec<Part>>> {
        let (mut found, mut after): (Vec<Part>, Option<String>) = (Vec::new(), None);
        loop {
            let request = self.own.list_parts().bucket(&self.bucket).key(key.as_str()).upload_id(session);
            let page = match request.set_part_number_marker(after.clone()).send().await {
                Ok(page) => page,
                Err(error) if gone(&error) => return Ok(None),
                Err(error) => return Err(failed(error)),
            };
            found.extend(page.parts().iter().map(|part| Part {
                number: part.part_number().and_then(|number| u32::try_from(number).ok()).unwrap_or_default(),
                bytes: unsigned(part.size()),
                tag: part.e_tag().map(str::to_owned),
            }));
            after = page.next_part_number_marker().map(str::to_owned);
            if page.is_truncated() != Some(true) || after.is_none() {
                break;
            }
        }
        found.sort_by_key(|part| part.number);
        Ok(Some(found))
    }

    async fn complete(&self, key: &Key, session: &str, parts: &[Part]) -> Result<()> {
        let parts = parts.iter().map(|part| {
            let number = i32::try_from(part.number).unwrap_or_default();
            CompletedPart::builder().part_number(number).set_e_tag(part.tag.clone()).build()
        });
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let request = self.own.complete_multipart_upload().bucket(&self.bucket).key(key.as_str());
        let request = request.upload_id(session).multipart_upload(whole).customize();
        request.config_override(patient()).send().await.map(drop).map_err(failed)
    }

    async fn sessions(&self, before: DateTime<Utc>) -> Result<Vec<(Key, String)>> {
        let (mut found, mut after): (_, Option<(String, Option<String>)>) = (Vec::new(), None);
        loop {
            let (key, session) = after.take().map_or((None, None), |(key, session)| (Some(key), session));
            let request = self.own.list_multipart_uploads().bucket(&self.bucket);
            let request = request.set_key_marker(key).set_upload_id_marker(session);
            let page = request.send().await.map_err(failed)?;
            for upload in page.uploads() {
                let begun = upload.initiated().is_some_and(|at| at.secs() < before.timestamp());
                if let (true, Some(key), Some(session)) = (begun, upload.key(), upload.upload_id()) {
                    found.push((Key::stored(key.to_owned()), session.to_owned()));
                }
            }
            after = page
                .next_key_marker()
                .map(|key| (key.to_owned(), page.next_upload_id_marker().map(str::to_owned)));
            if page.is_truncated() != Some(true) || after.is_none() {
                return Ok(found);
            }
        }
    }

    async fn list(&self, after: Option<&Key>) -> Result<Vec<Listed>> {
        let request = self.own.list_objects_v2().bucket(&self.bucket);
        let after = after.map(|key| key.as_str().to_owned());
        let page = request.set_start_after(after).send().await.map_err(failed)?;
        let listed = |object: &aws_sdk_s3::types::Object| {
            let modified = object.last_modified();
            let modified_at =
                modified.and_then(|at| DateTime::<Utc>::from_timestamp(at.secs(), at.subsec_nanos()));
            Some(Listed { key: Key::stored(object.key()?.to_owned()), modified_at })
        };
        Ok(page.contents().iter().filter_map(listed).collect())
    }
}

impl Store for S3 {
    fn presign_put<'a>(&'a self, put: &'a Put, life: Life) -> Answer<'a, Presigned> {
        async move {
            let request = self.public.put_object().bucket(&self.bucket).key(put.key.as_str());
            let request = request
                .content_length(signed(put.bytes))
                .content_type(&put.media_type)
                .checksum_sha256(BASE64_STANDARD.encode(put.sha256));
            let signed = request.presigned(presigning(life)?).await.map_err(failed)?;
            Ok(presigned("PUT", &signed))
        }
        .boxed()
    }

    fn presign_part<'a>(
        &'a self,
        key: &'a Key,
        session: &'a str,
        number: u32,
        bytes: u64,
        life: Life,
    ) -> Answer<'a, Presigned> {
        async move {
            let request = self.public.upload_part().bucket(&self.bucket).key(key.as_str()).upload_id(session);
            let request =
                request.part_number(i32::try_from(number).unwrap_or(i32::MAX)).content_length(signed(bytes));
            let signed = request.presigned(presigning(life)?).await.map_err(failed)?;
            Ok(presigned("PUT", &signed))
        }
        .boxed()
    }

    fn presign_get<'a>(&'a self, get: &'a Get, life: Life) -> Answer<'a, Presigned> {
        async move {
            let request = self.public.get_object().bucket(&self.bucket).key(get.key.as_str());
            let request = request
                .response_content_type(&get.media_type)
                .response_content_disposition(get.disposition.to_string())
                .response_cache_control("private, no-store");
            let signed = request.presigned(presigning(life)?).await.map_err(failed)?;
            Ok(presigned("GET", &signed))
        }
        .boxed()
    }

    fn find<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Head>> {
        self.find(key).boxed()
    }

    fn read<'a>(&'a self, key: &'a Key, part: Option<(u64, u64)>) -> Answer<'a, Stream> {
        async move {
            let request = self.own.get_object().bucket(&self.bucket).key(key.as_str());
            let last = |from: u64, most: u64| from.saturating_add(most.max(1)).saturating_sub(1);
            let range = part.map(|(from, most)| format!("bytes={from}-{}", last(from, most)));
            let body = request.set_range(range).send().await.map_err(failed)?.body;
            let pieces = stream::try_unfold(body, |mut body| async move {
                let piece = body.try_next().await.map_err(|error| unavailable().with_source(error))?;
                Ok(piece.map(|piece| (piece, body)))
            });
            Ok(pieces.boxed())
        }
        .boxed()
    }

    fn copy<'a>(&'a self, from: &'a Key, to: &'a Key) -> Answer<'a, ()> {
        async move {
            let source = format!("{}/{from}", self.bucket);
            let request = self.own.copy_object().bucket(&self.bucket).key(to.as_str()).copy_source(source);
            request.customize().config_override(patient()).send().await.map(drop).map_err(failed)
        }
        .boxed()
    }

    fn begin<'a>(&'a self, key: &'a Key, media_type: &'a str) -> Answer<'a, String> {
        async move {
            let request = self.own.create_multipart_upload().bucket(&self.bucket).key(key.as_str());
            let begun = request.content_type(media_type).send().await.map_err(failed)?;
            begun.upload_id.ok_or_else(unavailable)
        }
        .boxed()
    }

    fn parts<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, Option<Vec<Part>>> {
        self.parts(key, session).boxed()
    }

    fn complete<'a>(&'a self, key: &'a Key, session: &'a str, parts: &'a [Part]) -> Answer<'a, ()> {
        self.complete(key, session, parts).boxed()
    }

    fn abort<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, ()> {
        async move {
            let request = self.own.abort_multipart_upload().bucket(&self.bucket).key(key.as_str());
            match request.upload_id(session).send().await {
                Err(error) if !gone(&error) => Err(failed(error)),
                _ => Ok(()),
            }
        }
        .boxed()
    }

    fn sessions<'a>(&'a self, before: DateTime<Utc>) -> Answer<'a, Vec<(Key, String)>> {
        self.sessions(before).boxed()
    }

    fn delete<'a>(&'a self, key: &'a Key) -> Answer<'a, ()> {
        async move {
            let request = self.own.delete_object().bucket(&self.bucket).key(key.as_str());
            request.send().await.map(drop).map_err(failed)
        }
        .boxed()
    }

    fn list<'a>(&'a self, after: Option<&'a Key>) -> Answer<'a, Vec<Listed>> {
        self.list(after).boxed()
    }
}

/// One attempt that may take long: a store that has begun is not asked to begin again.
fn patient() -> Builder {
    let timeouts = TimeoutConfig::builder().read_timeout(MAKING).build();
    Builder::new().timeout_config(timeouts).retry_config(RetryConfig::standard().with_max_attempts(1))
}

fn credentials(id: &str, secret: &SecretString) -> Credentials {
    Credentials::new(id, secret.expose_secret(), None, None, "configuration")
}

fn presigning(life: Life) -> Result<PresigningConfig> {
    PresigningConfig::builder()
        .start_time(life.from.into())
        .expires_in(life.lasts)
        .build()
        .map_err(Error::internal)
}

fn presigned(method: &'static str, signed: &PresignedRequest) -> Presigned {
    let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Presigned { method, url: signed.uri().to_owned(), headers }
}

/// Whether there is no such session of parts (any more). Ceph, asked for its parts, says of it what others say of an object.
fn gone(error: &impl ProvideErrorMetadata) -> bool {
    matches!(error.code(), Some("NoSuchUpload" | "NoSuchKey"))
}

fn unavailable() -> Error {
    Error::new(Code::Unavailable, "the object store did not answer as it should")
}

/// The client's own words go into the log: they hold addresses.
fn failed<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    unavailable().with_source(DisplayErrorContext(error).to_string())
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unsigned(bytes: Option<i64>) -> u64 {
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default()
}
