//! A store that speaks S3, beside the routes: for the embedded mode, where browsers send files to the same port.

use axum::{
    Router,
    error_handling::HandleError,
    response::{IntoResponse, Response},
};
use http::{HeaderName, Method, StatusCode, header};
use s3s::{HttpError, service::S3Service};
use tower_http::cors::{Any, CorsLayer};

/// Puts a store under the path of its bucket. It sees paths as clients sign them, and no middleware of ours touches its bytes.
pub fn with_objects(router: Router, bucket: &str, store: S3Service) -> Router {
    // What may be done is in the signature alone: there are no cookies, and a page without a signed address can do nothing.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT])
        .allow_headers(Any)
        .expose_headers([header::ETAG, HeaderName::from_static("x-amz-checksum-sha256")])
        .max_age(std::time::Duration::from_secs(3600));
    let store = HandleError::new(store, failed);
    let mounted = Router::new()
        .route_service(&format!("/{bucket}"), store.clone())
        .route_service(&format!("/{bucket}/"), store.clone())
        .route_service(&format!("/{bucket}/{{*key}}"), store)
        .layer(cors);
    router.merge(mounted)
}

async fn failed(error: HttpError) -> Response {
    tracing::warn!(?error, "the embedded store could not answer");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
