//! One pull: resource by resource, page by page, each fetched and mapped when it is asked for.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    cassette::Recorder,
    client::{Answer, Client, NewClient, Settings},
    connector::{Connector, Resource, Total},
    credentials::Credentials,
    jq,
    map::{Mapped, map_page},
    page::Cursor,
    spec::Paging,
};
use crate::{
    domain::{Code, Error, Result},
    kit::clock::Clock,
};

/// What a pull needs to know.
#[derive(Debug, Clone)]
pub struct NewPull {
    /// How the platform is read.
    pub connector: Arc<Connector>,
    /// Where it is.
    pub base_url: String,
    /// The secrets of the source.
    pub credentials: Credentials,
    /// How often requests are repeated.
    pub settings: Settings,
    /// Time.
    pub clock: Clock,
    /// Sent as `X-Request-Id`.
    pub request_id: String,
    /// Keeps every exchange, where wanted.
    pub recorder: Option<Arc<Recorder>>,
}

/// A pull that is under way.
#[derive(Debug)]
pub struct Pull {
    connector: Arc<Connector>,
    client: Client,
    base: Url,
    resource: usize,
    cursor: Option<Cursor>,
    last_body: Option<bytes::Bytes>,
    /// What a list fell short of, told once its last page was handed out.
    short: Option<Error>,
}

/// One page of a pull.
#[derive(Debug)]
pub struct Page {
    /// Whose page.
    pub resource: String,
    /// Which page of the resource, counted from 1.
    pub number: u32,
    /// What is on it.
    pub mapped: Mapped,
    /// How many items of the resource came so far, with this page.
    pub seen: u64,
    /// Whether it is the last page of the resource.
    pub last: bool,
}

impl Pull {
    /// Prepares a pull; nothing is sent yet.
    ///
    /// # Errors
    /// `INVALID` for a base URL that is none, or a credential that is missing.
    pub fn new(new: NewPull) -> Result<Self> {
        let base = base_url(&new.base_url)?;
        let headers = new.credentials.headers(&new.connector)?;
        let client = Client::new(NewClient {
            settings: new.settings,
            limits: new.connector.limits,
            headers,
            credentials: new.credentials,
            clock: new.clock,
            request_id: &new.request_id,
            recorder: new.recorder,
        })?;
        Ok(Self {
            connector: new.connector,
            client,
            base,
            resource: 0,
            cursor: None,
            last_body: None,
            short: None,
        })
    }

    /// The resource that the next page is of; none when every resource is read.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.connector.resources.get(self.resource).map(|resource| resource.name.as_str())
    }

    /// Leaves out what is left of the resource.
    pub fn skip(&mut self) {
        (self.resource, self.cursor, self.last_body) = (self.resource + 1, None, None);
    }

    /// The next page; none when every resource is read.
    ///
    /// # Errors
    /// As [`Client::get`] and [`map_page`], with the resource named; `UPSTREAM_UNAVAILABLE` where a list has ended before
    /// all of its items came, after its last page. After an error the pull stays where it is.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        if let Some(short) = self.short.take() {
            return Err(short);
        }
        let connector = Arc::clone(&self.connector);
        let Some(resource) = connector.resources.get(self.resource) else { return Ok(None) };
        let mut cursor = self.cursor.clone().unwrap_or_else(|| Cursor::start(resource.paging));
        let address = cursor.address(&self.base, resource)?;
        let answer = self.client.get(&address).await?;
        if cursor.pages() >= connector.limits.max_pages {
            let pages = u64::from(connector.limits.max_pages);
            return Err(Error::limit("the pages of one resource", pages, pages + 1));
        }
        let body = answer.body.clone();
        let mapped = self.map(resource.name.clone(), answer, cursor.seen()).await?;
        // A platform that does not know the parameter sends the first page for ever.
        if mapped.items > 0 && self.last_body.as_ref() == Some(&body) {
            let message = format!(
                "resource `{}`: page {} is the same as the one before: the platform does not page as the connector says",
                resource.name,
                cursor.pages() + 1
            );
            return Err(Error::new(Code::UpstreamUnavailable, message));
        }
        cursor.advance(mapped.items, mapped.total);
        self.short = cursor.short_of().map(|total| short(resource, &cursor, mapped.items, total));
        let page = Page {
            resource: resource.name.clone(),
            number: cursor.pages(),
            seen: cursor.seen(),
            last: cursor.done(),
            mapped,
        };
        if cursor.done() {
            (self.resource, self.cursor, self.last_body) = (self.resource + 1, None, None);
        } else {
            (self.cursor, self.last_body) = (Some(cursor), Some(body));
        }
        Ok(Some(page))
    }

    /// Maps on a thread of its own, with a watchdog: an expression can be slow, and must not hold up anything else. It is
    /// no thread of the runtime's, because that would wait for one that never ends before the process can.
    async fn map(&self, name: String, answer: Answer, first_index: u64) -> Result<Mapped> {
        let seconds = self.connector.limits.mapping_seconds.max(1);
        let (connector, base, shown) = (Arc::clone(&self.connector), self.base.clone(), name.clone());
        let (done, result) = tokio::sync::oneshot::channel();
        let work = move || {
            let mapped = match connector.resource(&name) {
                Some(resource) => {
                    let total = total_header(resource, &answer);
                    map_page(&connector, resource, &base, &answer.body, total, first_index)
                }
                None => Err(Error::not_found("the resource")),
            };
            // Nobody listens any more where the watchdog was faster.
            let _ = done.send(mapped);
        };
        let thread = std::thread::Builder::new().name("mapping".to_owned()).stack_size(jq::STACK);
        thread.spawn(work).map_err(Error::internal)?;
        match tokio::time::timeout(Duration::from_secs(seconds), result).await {
            Ok(Ok(mapped)) => mapped,
            Ok(Err(panicked)) => Err(Error::internal(panicked)),
            Err(_) => {
                let message =
                    format!("resource `{shown}`: mapping one page took more than {seconds} seconds");
                Err(Error::new(Code::Timeout, message))
            }
        }
    }
}

/// The error of a list that has ended too early. Its cause may pass, and what is missing is not gone at the platform.
fn short(resource: &Resource, cursor: &Cursor, last: u64, total: u64) -> Error {
    let (name, seen, number) = (&resource.name, cursor.seen(), cursor.pages());
    let how = match (resource.paging, last) {
        (Paging::None, _) => "its one page holds no more".to_owned(),
        (_, 0) => format!("page {number} is empty"),
        _ => format!("page {number} is the last"),
    };
    let message = format!("resource `{name}`: {seen} of {total} items came, and {how}");
    Error::new(Code::UpstreamUnavailable, message)
}

fn total_header(resource: &Resource, answer: &Answer) -> Option<u64> {
    match &resource.total {
        Some(Total::Header(name)) => answer.headers.get(name.as_str())?.to_str().ok()?.trim().parse().ok(),
        _ => None,
    }
}

/// Reads the address of a platform.
///
/// # Errors
/// `INVALID` where it is no http or https address, or holds a password.
pub fn base_url(text: &str) -> Result<Url> {
    let wrong = |message: &str| Error::invalid("baseUrl", "url", message);
    let url = Url::parse(text).map_err(|fault| wrong("is no address").with_source(fault))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("is no http or https address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not hold a name or a password: use the source's credentials"));
    }
    Ok(url)
}
