//! What the private store answers: `s3s-fs`, but for what it does not do whole or not at all when it is killed.

use std::{
    fs::{self, File},
    io,
};

use s3s::{S3, S3Request, S3Response, S3Result, dto::*, s3_error};
use s3s_fs::FileSystem;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{
    join::{Joining, Wanted, join},
    layout::{Kind, Layout, Place, SESSION, TAG, Temporary, sync},
    received::{Said, held},
};

/// A store in a folder.
#[derive(Debug)]
pub(super) struct Store {
    files: FileSystem,
    layout: Layout,
    joining: Joining,
}

impl Store {
    pub(super) fn new(files: FileSystem, layout: Layout) -> Self {
        Self { files, layout, joining: Joining::default() }
    }

    /// Does something with files off the runtime's threads. Whoever asked may go away: it is done all the same.
    async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce(Layout) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let layout = self.layout.clone();
        spawn_blocking(move || work(layout)).await.map_err(|error| s3_error!(error, InternalError))?
    }
}

/// What is left to `s3s-fs`, and what is not; everything else is refused as not implemented.
macro_rules! store {
    ($($name:ident: $input:ty => $output:ty),+; $($own:tt)+) => {
        #[async_trait::async_trait]
        impl S3 for Store {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.files.$name(request).await
            })+
            $($own)+
        }
    };
}

store! {
    get_object: GetObjectInput => GetObjectOutput,
    head_object: HeadObjectInput => HeadObjectOutput,
    list_objects: ListObjectsInput => ListObjectsOutput,
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output,
    list_buckets: ListBucketsInput => ListBucketsOutput,
    head_bucket: HeadBucketInput => HeadBucketOutput,
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput,
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput,
    list_parts: ListPartsInput => ListPartsOutput,
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput;

    /// `s3s-fs` refuses other bytes than were meant when they have taken the place of what was there.
    async fn put_object(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let Some(body) = request.input.body.take() else { return Err(s3_error!(IncompleteBody)) };
        let (body, refusal) = held(body, Said::of_object(&request.input, request.trailing_headers.as_ref()))?;
        request.input.body = Some(body);
        refusal.or(self.files.put_object(request).await)
    }

    /// `s3s-fs` looks at no checksum of a part.
    async fn upload_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let Some(body) = request.input.body.take() else { return Err(s3_error!(IncompleteBody)) };
        let (body, refusal) = held(body, Said::of_part(&request.input, request.trailing_headers.as_ref()))?;
        request.input.body = Some(body);
        refusal.or(self.files.upload_part(request).await)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let whole = input.checksum_crc32.is_some()
            || input.checksum_crc32c.is_some()
            || input.checksum_crc64nvme.is_some()
            || input.checksum_sha1.is_some()
            || input.checksum_sha256.is_some();
        if whole || input.if_match.is_some() || input.if_none_match.is_some() {
            return Err(s3_error!(NotImplemented, "conditions, and checksums of the whole, are not looked at"));
        }
        let session = Uuid::parse_str(&input.upload_id).map_err(|error| s3_error!(error, NoSuchUpload))?;
        let Some(turn) = self.joining.begin(session) else {
            return Err(s3_error!(OperationAborted, "this upload is being put together"));
        };
        let parts = input.multipart_upload.and_then(|whole| whole.parts).unwrap_or_default();
        let place = Place { bucket: input.bucket.clone(), key: input.key.clone() };
        let wanted = Wanted { place, session, parts, bytes: input.mpu_object_size };
        let work = move |layout: Layout| {
            let _turn = turn;
            join(&layout, &wanted)
        };
        let tag = self.off(work).await?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(tag)),
            ..Default::default()
        }))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let (bucket, prefix) = (request.input.bucket, request.input.prefix.unwrap_or_default());
        let of = bucket.clone();
        let uploads = self.off(move |layout| sessions(&layout, &of, &prefix).map_err(failed)).await?;
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(bucket),
            is_truncated: Some(false),
            uploads: Some(uploads),
            ..Default::default()
        }))
    }

    /// `s3s-fs` writes into the file that others read already, and half of one stays where it is killed.
    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = request.input;
        let replaced = input.metadata_directive.is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
        let conditions = input.copy_source_if_match.is_some()
            || input.copy_source_if_none_match.is_some()
            || input.copy_source_if_modified_since.is_some()
            || input.copy_source_if_unmodified_since.is_some();
        let CopySource::Bucket { bucket, key, .. } = input.copy_source else {
            return Err(s3_error!(NotImplemented, "only objects of a bucket are copied"));
        };
        if replaced || conditions {
            return Err(s3_error!(NotImplemented, "an object is copied as it is, and under no condition"));
        }
        let from = Place { bucket: bucket.into(), key: key.into() };
        let to = Place { bucket: input.bucket, key: input.key };
        let tag = self.off(move |layout| copy(&layout, &from, &to)).await?;
        let result = CopyObjectResult { e_tag: tag.map(ETag::Strong), ..Default::default() };
        Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() }))
    }

    /// `s3s-fs` leaves behind what it noted.
    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let place = Place { bucket: request.input.bucket.clone(), key: request.input.key.clone() };
        let done = self.files.delete_object(request).await?;
        self.off(move |layout| layout.forget(&place).map_err(failed)).await?;
        Ok(done)
    }
}

/// The sessions of a bucket under keys that begin so: since when there are any.
fn sessions(layout: &Layout, of: &str, prefix: &str) -> io::Result<Vec<MultipartUpload>> {
    let mut found = Vec::new();
    for (path, kind) in layout.kinds()? {
        let Kind::Promise(session, Place { bucket, key }) = kind else { continue };
        if bucket != of || !key.starts_with(prefix) || !layout.session(session).exists() {
            continue;
        }
        // One that ended this moment is none.
        let Ok(begun) = fs::metadata(path).and_then(|file| file.modified()) else { continue };
        found.push(MultipartUpload {
            key: Some(key),
            upload_id: Some(session.to_string()),
            initiated: Some(begun.into()),
            ..Default::default()
        });
    }
    Ok(found)
}

/// Copies an object under another name and renames it; its tag, where one is noted.
fn copy(layout: &Layout, from: &Place, to: &Place) -> S3Result<Option<String>> {
    let (Some(source), Some(target)) = (layout.object(from), layout.object(to)) else {
        return Err(s3_error!(InvalidArgument));
    };
    let mut notes = layout.read_notes(from);
    notes.remove(SESSION);
    let copied = || {
        let whole = Temporary(layout.temporary(&format!("copy-{}", Uuid::new_v4())));
        fs::copy(&source, &whole.0)?;
        let file = File::options().write(true).open(&whole.0)?;
        file.sync_all()?;
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
            fs::rename(&whole.0, &target)?;
            sync(folder)?;
        }
        let headers = Temporary(layout.temporary(&format!("headers-{}", Uuid::new_v4())));
        if layout.headers(from).exists() {
            fs::copy(layout.headers(from), &headers.0)?;
            fs::rename(&headers.0, layout.headers(to))?;
        }
        layout.write_notes(to, &notes)
    };
    match copied() {
        Ok(()) => Ok(notes.get(TAG).and_then(|tag| tag.as_str()).map(str::to_owned)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !source.exists() => {
            Err(s3_error!(error, NoSuchKey))
        }
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: io::Error) -> s3s::S3Error {
    s3_error!(error, InternalError)
}
