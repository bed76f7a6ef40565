//! Checksums of the store's own: asked for and held against the bytes where the setting says so, and nowhere else.

use brandgraph::{
    domain::Code,
    kit::clock::Clock,
    objects::{Checksums, Key, Life, S3, Settings, Store},
};
use futures::TryStreamExt;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// A store that keeps `abc` with the CRC-32 of something else.
async fn store(checksums: Checksums) -> (MockServer, S3) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("x-amz-checksum-crc32", "AAAAAA==")
        .set_body_bytes(b"abc".to_vec());
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let settings = Settings {
        bucket: Some("acme-media".to_owned()),
        endpoint: Some(server.uri()),
        path_style: true,
        access_key_id: Some("id".to_owned()),
        secret_access_key: Some("secret".to_owned().into()),
        checksums,
        ..Settings::default()
    };
    let store = S3::new(&settings).await.unwrap();
    (server, store)
}

async fn read(store: &S3) -> brandgraph::domain::Result<Vec<u8>> {
    let pieces = store.read(&Key::stored("files/a".to_owned()), None).await?;
    pieces.try_fold(Vec::new(), async |bytes, piece| Ok([&bytes[..], &piece[..]].concat())).await
}

/// The names that a part is signed with.
async fn signed_part(store: &S3) -> Vec<String> {
    let life = Life { from: Clock::system().now(), lasts: std::time::Duration::from_secs(60) };
    let key = Key::stored("files/a".to_owned());
    let signed = store.presign_part(&key, "session", 1, 3, life).await.unwrap();
    let url = url::Url::parse(&signed.url).unwrap();
    url.query_pairs().map(|(name, _)| name.into_owned()).collect()
}

#[tokio::test]
async fn a_store_that_trips_over_checksums_is_not_asked_for_them() {
    let (server, store) = store(Checksums::default()).await;
    assert_eq!(read(&store).await.unwrap(), b"abc");
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers.get("x-amz-checksum-mode"), None);
}

#[tokio::test]
async fn what_the_store_keeps_is_held_against_what_was_read_where_that_is_wanted() {
    let (server, store) = store(Checksums::WhenSupported).await;
    let error = read(&store).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "{error:?}");
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers.get("x-amz-checksum-mode").unwrap(), "ENABLED");
}

#[tokio::test]
async fn what_a_client_is_to_send_is_signed_without_a_checksum_of_nothing() {
    let (_server, plain) = store(Checksums::WhenRequired).await;
    let (_server, strict) = store(Checksums::WhenSupported).await;
    assert_eq!(signed_part(&strict).await, signed_part(&plain).await);
}
