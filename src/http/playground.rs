//! The playground on `GET /`: GraphiQL from files inside the binary, or from a CDN where they were not built.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use axum::{
    extract::{Path as UrlPath, Request, State},
    response::{Html, IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        X_FRAME_OPTIONS,
    },
};

use super::{error::Refusal, request_id::RequestId, router::Routes};
use crate::domain::{Error, Result};

/// Name and content of every built file; empty where nothing was built (see `build.rs`).
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/playground.rs"));

const INDEX: &str = "index.html";

/// Nothing from anywhere but here. Monaco writes style elements and reads its fonts from `data:` URIs.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of the playground.
#[derive(Debug, Clone)]
pub struct Assets(Arc<BTreeMap<String, Bytes>>);

impl Assets {
    /// The files that were built when this binary was compiled; maybe none.
    #[must_use]
    pub fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(name, content)| ((*name).to_owned(), Bytes::from_static(content)));
        Self(Arc::new(files.collect()))
    }

    /// The files in a folder, read once.
    ///
    /// # Errors
    /// `INTERNAL` where the folder cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for file in fs::read_dir(folder).map_err(Error::internal)? {
            let file = file.map_err(Error::internal)?;
            let name = file.file_name().to_string_lossy().into_owned();
            files.insert(name, fs::read(file.path()).map_err(Error::internal)?.into());
        }
        Ok(Self(Arc::new(files)))
    }

    /// Whether the playground works without the internet.
    #[must_use]
    pub fn built(&self) -> bool {
        self.0.contains_key(INDEX)
    }
}

/// The page.
pub(super) async fn page(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let Some(assets) = &routes.door.playground else { return absent(&request) };
    let (html, policy) = match assets.0.get(INDEX) {
        Some(index) => (Html(index.clone()).into_response(), HeaderValue::from_static(POLICY)),
        None => match cdn::policy() {
            Ok(policy) => (Html(cdn::page()).into_response(), policy),
            Err(error) => return Refusal::from(error).problem(&RequestId::of(request.extensions())),
        },
    };
    let mut response = html;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    for (name, value) in SAFETY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

const SAFETY: [(HeaderName, &str); 3] =
    [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (X_FRAME_OPTIONS, "DENY"), (REFERRER_POLICY, "no-referrer")];

/// A script, a style or a worker of the page. Its name holds its hash, so that it may be kept for ever.
pub(super) async fn file(
    State(routes): State<Arc<Routes>>,
    UrlPath(name): UrlPath<String>,
    request: Request,
) -> Response {
    let Some(assets) = &routes.door.playground else { return absent(&request) };
    let (content, keep) = match assets.0.get(&name) {
        Some(content) => (content.clone(), "public, max-age=31536000, immutable"),
        None if name == "cdn.js" => (Bytes::from_static(cdn::SCRIPT.as_bytes()), "no-cache"),
        None => return absent(&request),
    };
    let media = mime_guess::from_path(&name).first_or_octet_stream();
    let headers =
        [(CONTENT_TYPE, media.essence_str()), (CACHE_CONTROL, keep), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}

fn absent(request: &Request) -> Response {
    Refusal::from(Error::not_found("this path")).problem(&RequestId::of(request.extensions()))
}

/// The page where nothing was built.
mod cdn {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use http::HeaderValue;
    use sha2::{Digest, Sha256};

    use crate::domain::{Error, Result};

    const PAGE: &str = include_str!("../../playground/cdn/index.html");
    const IMPORT_MAP: &str = include_str!("../../playground/cdn/importmap.json");
    pub(super) const SCRIPT: &str = include_str!("../../playground/cdn/main.js");

    pub(super) fn page() -> String {
        PAGE.replace("{{importmap}}", IMPORT_MAP)
    }

    /// As the strict policy, and one CDN. An import map can only be written into the page: its hash lets it pass.
    pub(super) fn policy() -> Result<HeaderValue> {
        let hash = STANDARD.encode(Sha256::digest(IMPORT_MAP));
        let policy = format!(
            "default-src 'none'; script-src 'self' https://esm.sh data: 'sha256-{hash}'; worker-src blob:; \
             connect-src 'self' https://esm.sh; style-src 'self' 'unsafe-inline' https://esm.sh; \
             img-src 'self' data:; font-src data: https://esm.sh; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        HeaderValue::try_from(policy).map_err(Error::internal)
    }
}
