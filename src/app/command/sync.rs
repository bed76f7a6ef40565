//! `brandgraph sync SOURCE`: pulls a source into the graph, with a progress bar on a terminal and lines in a pipe.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    super::{
        backend::{Backend, Sharing},
        config::sources,
        failure::Failure,
    },
    Context, connector, say,
};
use crate::{
    cmp::{cassette::Recorder, preset},
    domain::{
        record::Failure as SetAside,
        source::{NewSource, RunStatus},
    },
    service::{
        Caller, Services, source, source_brand,
        source_sync::{self, Options, Progress, Run},
    },
};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  brandgraph sync demo
  BRANDGRAPH__SOURCES__CMS__BRAND=acme BRANDGRAPH__SOURCES__CMS__CONNECTOR=directus \\
  BRANDGRAPH__SOURCES__CMS__BASE_URL=https://cms.acme.example \\
  BRANDGRAPH__SOURCES__CMS__CREDENTIALS__TOKEN_FILE=/run/secrets/cms brandgraph sync cms")]
pub(super) struct Arguments {
    /// The source: one that is configured in `[sources.NAME]`, or that was pulled before
    source: String,
    /// Also write every exchange with the platform to this file, without secrets
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// What the recording says it is
    #[arg(long, value_name = "TEXT", default_value = "", requires = "record")]
    about: String,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
    let done = pull(context, &backend.services, &arguments).await;
    backend.close().await;
    done
}

async fn pull(context: &Context, services: &Services, arguments: &Arguments) -> Result<(), Failure> {
    let caller = Caller::system("command line");
    let name = &arguments.source;
    if let Some(configured) = context.config.sources.get(name) {
        configure(services, &caller, name, configured).await?;
    }
    let recorder = arguments.record.as_ref().map(|_| Arc::new(Recorder::default()));
    let options = Options {
        credentials: connector::credentials(context, name),
        recorder: recorder.clone(),
        ..Options::default()
    };
    let mut shown = Shown::start();
    let run = source_sync::sync(services, &caller, name, options, |progress| shown.page(progress)).await?;
    shown.end();
    if let (Some(path), Some(recorder)) = (&arguments.record, recorder) {
        write(path, &recorder, &arguments.about)?;
    }
    report(&run)
}

/// Makes the source as it is configured, where enough of it is.
async fn configure(
    services: &Services,
    caller: &Caller,
    name: &str,
    configured: &sources::Source,
) -> Result<(), Failure> {
    let (Some(brand), Some(connector), Some(base_url)) =
        (&configured.brand, &configured.connector, &configured.base_url)
    else {
        return Ok(());
    };
    let connector = match preset::find(connector) {
        Some(_) => connector.clone(),
        None => std::fs::read_to_string(connector)
            .map_err(|error| Failure::Usage(format!("sources.{name}.connector: {connector}: {error}")))?,
    };
    let brand_id = source_brand::ensure(services, caller, brand, &configured.locales).await?;
    let new = NewSource { brand_id, name: name.to_owned(), connector, base_url: base_url.clone() };
    source::ensure(services, caller, new).await?;
    Ok(())
}

fn write(path: &Path, recorder: &Recorder, about: &str) -> Result<(), Failure> {
    let because = |error: &(dyn std::error::Error + 'static)| Failure::because(path.display(), error);
    let text = serde_json::to_string_pretty(&recorder.cassette(about)).map_err(|error| because(&error))?;
    std::fs::write(path, text + "\n").map_err(|error| because(&error))
}

/// What the person at the terminal, or the log behind the pipe, sees of the pull.
struct Shown {
    bar: Option<ProgressBar>,
}

impl Shown {
    fn start() -> Self {
        if !io::stderr().is_terminal() {
            return Self { bar: None };
        }
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{prefix:>12} [{bar:30}] {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar: Some(bar) }
    }

    fn page(&mut self, progress: &Progress<'_>) {
        let tally = progress.tally;
        let done = format!("{} new, {} changed, {} set aside", tally.created, tally.updated, tally.failed);
        match &self.bar {
            Some(bar) => {
                bar.set_prefix(progress.resource.to_owned());
                bar.set_length(progress.total.unwrap_or(progress.seen));
                bar.set_position(progress.seen);
                bar.set_message(done);
            }
            None => {
                let total = progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
                let (resource, page, seen) = (progress.resource, progress.page, progress.seen);
                say(format_args!("{resource}: page {page}, {seen}{total} items; so far {done}"));
            }
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn report(run: &Run) -> Result<(), Failure> {
    let tally = &run.tally;
    for failure in &tally.failures {
        say(told(failure));
    }
    let status = run.status.name();
    say(format_args!(
        "{status}: {} seen, {} created, {} updated, {} unchanged, {} set aside, {} references waiting",
        tally.seen, tally.created, tally.updated, tally.unchanged, tally.failed, tally.waiting
    ));
    match (&run.error, run.status) {
        (Some(error), _) => Err(Failure::because("the pull stopped", error)),
        (None, RunStatus::Failed) => Err(Failure::Failed("the pull failed".to_owned())),
        (None, _) => Ok(()),
    }
}

/// An item that was set aside, on one line.
pub(super) fn told(failure: &SetAside) -> String {
    let id = failure.external_id.as_deref().map(|id| format!(" (id {id})")).unwrap_or_default();
    let SetAside { resource, index, path, code, message, .. } = failure;
    format!("set aside: {resource}, item {index}{id}: {path}: {message} [{code}]")
}
