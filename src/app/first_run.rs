//! The content of a first run: a brand, pulled from the demo platform through the same path as from a real one.

use std::net::SocketAddr;

use super::failure::chain;
use crate::{
    domain::{
        Code, Result,
        brand::{CreateBrand, LocaleInput, Locales},
        source::NewSource,
        text::{Locale, Name, Slug},
    },
    http::Router,
    service::{
        Caller, Services, brand, source,
        source_sync::{self, Options},
    },
    store,
};

/// The slug of the demo's brand.
const BRAND: &str = "solvind";

/// The name of the demo's source, and of its connector.
const SOURCE: &str = "demo";

/// Puts the demo platform beside the routes of the graph.
pub(super) fn with_platform(router: Router) -> Router {
    router.nest("/demo", super::demo::router())
}

/// Pulls the demo platform that listens at this address. Content that is there already stays as it is; what goes wrong
/// is logged and keeps nobody from working.
pub(super) async fn fill(services: Services, address: SocketAddr) {
    match pull(&services, address).await {
        Ok(()) => {}
        // Whoever deleted the demo's brand does not want it back.
        Err(error) if error.code() == Code::Conflict => tracing::debug!("the demo's brand was deleted"),
        Err(error) => tracing::warn!(error = chain(&error), "the demo's content could not be pulled"),
    }
}

async fn pull(services: &Services, address: SocketAddr) -> Result<()> {
    let caller = Caller::system("first run");
    let brand_id = match store::brand::find_id(&services.db, BRAND).await? {
        Some(id) => id,
        None => brand::create(services, &caller, demo_brand()?).await?.id,
    };
    let base_url = format!("http://{address}/demo");
    let new = NewSource { brand_id, name: SOURCE.to_owned(), connector: SOURCE.to_owned(), base_url };
    source::ensure(services, &caller, new).await?;
    let run = source_sync::sync(services, &caller, SOURCE, Options::default(), |_| {}).await?;
    let tally = &run.tally;
    tracing::info!(
        created = tally.created,
        updated = tally.updated,
        unchanged = tally.unchanged,
        failed = tally.failed,
        "pulled the demo platform"
    );
    run.error.map_or(Ok(()), Err)
}

/// A brand that speaks English, and German where there is a translation.
fn demo_brand() -> Result<CreateBrand> {
    let locale = |code| Locale::parse(code, "locale");
    let wanted = vec![
        LocaleInput { code: locale("en")?, fallback: None },
        LocaleInput { code: locale("de")?, fallback: Some(locale("en")?) },
    ];
    Ok(CreateBrand {
        slug: Slug::parse(BRAND, "slug")?,
        name: Name::parse("Solvind", "name")?,
        locales: Locales::parse(locale("en")?, wanted)?,
    })
}
