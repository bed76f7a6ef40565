//! A session of parts that the store ended by itself: each store has its own word for it.

use brandgraph::{
    domain::Code,
    objects::{Key, S3, Settings, Store},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// A store that answers everything with 404 and this code.
async fn store(code: &str) -> (MockServer, S3) {
    let server = MockServer::start().await;
    let body = format!("<Error><Code>{code}</Code><Message></Message></Error>");
    let answer = ResponseTemplate::new(404).set_body_raw(body, "application/xml");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let settings = Settings {
        bucket: Some("acme-media".to_owned()),
        endpoint: Some(server.uri()),
        path_style: true,
        access_key_id: Some("id".to_owned()),
        secret_access_key: Some("secret".to_owned().into()),
        ..Settings::default()
    };
    let store = S3::new(&settings).await.unwrap();
    (server, store)
}

#[tokio::test]
async fn a_session_that_is_gone_has_no_parts_and_is_ended_already() {
    let key = Key::stored("files/a".to_owned());
    // The second is what Ceph says.
    for code in ["NoSuchUpload", "NoSuchKey"] {
        let (_server, store) = store(code).await;
        assert_eq!(Store::parts(&store, &key, "session").await.unwrap(), None, "{code}");
        Store::abort(&store, &key, "session").await.unwrap();
    }
}

#[tokio::test]
async fn a_bucket_that_is_gone_says_nothing_of_sessions() {
    let key = Key::stored("files/a".to_owned());
    let (_server, store) = store("NoSuchBucket").await;
    assert_eq!(Store::parts(&store, &key, "session").await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(Store::abort(&store, &key, "session").await.unwrap_err().code(), Code::Unavailable);
}
