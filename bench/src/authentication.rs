//! What the check of a credential adds to a request, without the network: one thread, one credential, many times.

use std::{path::PathBuf, time::Instant};

use brandgraph::{
    app::embedded::postgres::{self, Postgres},
    domain::{
        access::Role,
        credential::{Family, NewCredential},
        text::Name,
    },
    kit::clock::Clock,
    service::{
        Caller, Services, Vault,
        authn::{Authn, IssuerSettings, RoleSettings, Settings},
        credential,
    },
    store::{self, Db},
};
use chrono::TimeDelta;

use crate::{Fallible, issuer};

/// What a request with a check may cost more than one without. Nanoseconds.
const AIM: f64 = 20_000.0;

/// How often, and where its database may be.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often each credential is checked.
    #[arg(long, default_value_t = 200_000)]
    times: u32,
    /// The folder of a private PostgreSQL, which is kept for the next time.
    #[arg(long, default_value = "data/bench-authentication")]
    folder: PathBuf,
}

/// Measures and prints one line for each kind of credential; fails where one is above the aim.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let settings = postgres::Settings {
        folder: arguments.folder.clone(),
        path: std::env::var_os("PATH"),
        temporary: std::env::temp_dir(),
        tuning: Vec::new(),
    };
    let server = Postgres::start(&settings)?;
    let settings = store::Settings { url: server.main_url().into(), ..store::Settings::default() };
    let db = Db::connect(&settings).await?;
    store::migrate(&db).await?;
    let secret = "a secret of the benchmark, of 32 bytes or more";
    let auth = Settings { secret: Some(secret.into()), development: Some(true), ..Settings::default() };
    let services = Services::new(db.clone(), Clock::system()).with_vault(Vault::of(auth.secret.as_ref()));
    let (outside, listener) = issuer::listen().await?;
    let auth = Settings { issuers: vec![believed(&outside)], ..auth };
    let authn = Authn::new(&auth, Clock::system(), Some(services.clone()))?;
    let mut given = credentials(&services, &authn).await?;
    // The issuer signs with keys of its own, in the same database.
    let there = Settings { public_url: Some(outside.clone()), issuers: Vec::new(), ..auth };
    let there = Authn::new(&there, Clock::system(), Some(services.clone()))?;
    issuer::serve(&outside, listener, &there.published_keys().await?);
    given.push(("token of an issuer", token_of(&services, &there).await?));
    let mut slow = Vec::new();
    for (kind, credential) in given {
        let header = format!("Bearer {credential}").into_bytes();
        let first = time(&authn, &header, 1).await?;
        // What is remembered is remembered, and the processor is warm.
        time(&authn, &header, arguments.times / 10).await?;
        let each = time(&authn, &header, arguments.times).await?;
        crate::print(&format!("{kind:<22} {each:>9.0} ns/op, the first {first:>9.0} ns\n"))?;
        if each > AIM {
            slow.push(kind);
        }
    }
    db.close().await;
    if slow.is_empty() { Ok(()) } else { Err(format!("above {AIM} ns: {}", slow.join(", ")).into()) }
}

/// What is believed of an outside issuer: its words `viewer` mean the role.
fn believed(address: &str) -> IssuerSettings {
    IssuerSettings {
        issuer: address.to_owned(),
        audiences: vec!["brandgraph".to_owned()],
        algorithms: vec!["EdDSA".to_owned()],
        leeway_seconds: 30,
        max_stale_seconds: 86_400,
        roles_claim: "scope".to_owned(),
        roles: vec![RoleSettings { value: "viewer".to_owned(), role: "viewer".to_owned(), brand: None }],
        brand_claim: None,
    }
}

/// A token of the other issuer.
async fn token_of(services: &Services, issuer: &Authn) -> Fallible<String> {
    let new = NewCredential::parse(Name::parse("Outside", "name")?, vec!["viewer".to_owned()], None, None)?;
    let client = credential::create(services, &Caller::system("benchmark"), Family::Application, new).await?;
    let id = client.changed.id.simple().to_string();
    let issued = issuer.issue(&id, &client.secret, None).await.map_err(|denied| format!("{denied:?}"))?;
    Ok(issued.token)
}

/// One of each kind.
async fn credentials(services: &Services, authn: &Authn) -> Fallible<Vec<(&'static str, String)>> {
    let caller = Caller::system("benchmark");
    let new =
        || NewCredential::parse(Name::parse("Benchmark", "name")?, vec!["viewer".to_owned()], None, None);
    let key = credential::create(services, &caller, Family::ApiKey, new()?).await?;
    let application = credential::create(services, &caller, Family::Application, new()?).await?;
    let client = application.changed.id.simple().to_string();
    let issued =
        authn.issue(&client, &application.secret, None).await.map_err(|denied| format!("{denied:?}"))?;
    let development = authn.mint("ada", Role::Viewer, None, TimeDelta::hours(1))?;
    Ok(vec![
        ("development token", development),
        ("API key", key.secret),
        ("token with cached keys", issued.token),
    ])
}

/// The time of one check. Nanoseconds.
async fn time(authn: &Authn, header: &[u8], times: u32) -> Fallible<f64> {
    let begin = Instant::now();
    for _ in 0..times {
        let checked = authn.authenticate(std::hint::black_box(header)).await;
        std::hint::black_box(checked.map_err(|rejected| rejected.error)?);
    }
    Ok(begin.elapsed().as_secs_f64() * 1e9 / f64::from(times.max(1)))
}
