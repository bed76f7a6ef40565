//! `brandgraph connector check|try`: a connector file, looked at before it is used.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};

use super::{
    super::{config::sources, failure::Failure},
    Context, say,
};
use crate::{
    cmp::{Connector, Credentials, NewPull, Page, Pull, Settings, preset},
    kit::clock::Clock,
};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  brandgraph connector check connectors/directus.yaml
  brandgraph connector try connectors/directus.yaml --base-url http://127.0.0.1:8055")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read a connector and say everything that is wrong with it, with line and column
    #[command(after_help = "Example:\n  brandgraph connector check connectors/directus.yaml")]
    Check {
        /// The file, or the name of a preset
        file: PathBuf,
    },
    /// Fetch the first page of each resource and show what its items become; nothing is stored
    #[command(after_help = "Example:
  BRANDGRAPH__SOURCES__DIRECTUS__CREDENTIALS__TOKEN=… brandgraph connector try directus --base-url http://127.0.0.1:8055")]
    Try {
        /// The file, or the name of a preset
        file: PathBuf,
        /// Where the platform is
        #[arg(long)]
        base_url: String,
        /// The configured source whose credentials are used; that of the connector's name where left out
        #[arg(long)]
        source: Option<String>,
        /// Only this resource
        #[arg(long)]
        resource: Option<String>,
        /// How many records of each resource are shown
        #[arg(long, default_value_t = 2)]
        show: usize,
    },
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Check { file } => {
            show(&read(&file)?);
            Ok(())
        }
        What::Try { file, base_url, source, resource, show } => {
            let connector = read(&file)?;
            let source = source.unwrap_or_else(|| connector.name.clone());
            let pull = Pull::new(NewPull {
                connector: Arc::new(connector),
                base_url,
                credentials: credentials(context, &source),
                settings: Settings::default(),
                clock: Clock::system(),
                request_id: "connector-try".to_owned(),
                recorder: None,
            })?;
            first_pages(pull, resource.as_deref(), show).await
        }
    }
}

/// A connector by its preset's name or its file.
pub(super) fn read(file: &std::path::Path) -> Result<Connector, Failure> {
    let name = file.display().to_string();
    if preset::find(&name).is_some() {
        return Ok(preset::load(&name)?);
    }
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("{name}: {error} (and no preset has that name)")))?;
    Ok(Connector::parse(&name, &text)?)
}

/// The secrets of a configured source.
pub(super) fn credentials(context: &Context, source: &str) -> Credentials {
    let known: Option<&sources::Source> = context.config.sources.get(source);
    known.into_iter().flat_map(|source| source.credentials.clone()).collect()
}

fn show(connector: &Connector) {
    say(format_args!("ok       {} ({})", connector.name, connector.title));
    let list = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    say(format_args!("secrets  {}", list(connector.auth.credentials())));
    say(format_args!(
        "types    {}",
        list(connector.content_types.iter().map(|it| it.key.as_str()).collect())
    ));
    for resource in &connector.resources {
        say(format_args!("reads    {} from {}", resource.name, resource.path));
    }
}

async fn first_pages(mut pull: Pull, only: Option<&str>, show: usize) -> Result<(), Failure> {
    let mut any = false;
    while let Some(name) = pull.resource() {
        if only.is_some_and(|only| only != name) {
            pull.skip();
            continue;
        }
        any = true;
        if let Some(page) = pull.next().await? {
            print(&page, show)?;
            if !page.last {
                pull.skip();
            }
        }
    }
    match only {
        Some(only) if !any => Err(Failure::Usage(format!("the connector has no resource `{only}`"))),
        _ => Ok(()),
    }
}

fn print(page: &Page, show: usize) -> Result<(), Failure> {
    let mapped = &page.mapped;
    let total = mapped.total.map(|total| format!(" of {total}")).unwrap_or_default();
    say(format_args!(
        "{}: {}{total} items on the first page, {} records, {} set aside",
        page.resource,
        mapped.items,
        mapped.records.len(),
        mapped.failures.len()
    ));
    for record in mapped.records.iter().take(show) {
        let text =
            serde_json::to_string_pretty(record).map_err(|error| Failure::because("a record", &error))?;
        say(text);
    }
    for failure in &mapped.failures {
        say(super::sync::told(failure));
    }
    Ok(())
}
