//! `brandgraph export`: writes a brand out as a file that `brandgraph import` reads.

use std::{
    io::{self, BufWriter, IsTerminal},
    path::PathBuf,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::{
    super::{
        backend::{Backend, Sharing},
        failure::Failure,
        files::FilesBeside,
        identity, say,
    },
    Context, caller, unless_stopped,
    whole::Whole,
};
use crate::service::{
    Caller, Library, Services,
    export::{self, Report},
};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  brandgraph export --brand acme --output acme.ndjson
  brandgraph export --brand acme --output acme.ndjson --files acme-files
  BRANDGRAPH_TOKEN=bg_… brandgraph export --brand acme > acme.ndjson

Each line is a JSON object as `brandgraph import` reads it (docs/import.md). With a token, in BRANDGRAPH_TOKEN, the file holds
what that token may see; without one, all of the brand.")]
pub(super) struct Arguments {
    /// The slug of the brand
    #[arg(long)]
    brand: String,
    /// Where to write; standard output where none is given
    #[arg(long)]
    output: Option<PathBuf>,
    /// A folder to write the files into that brandgraph keeps, each by its SHA-256; without it, only their metadata is written
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    unless_stopped(Box::pin(bring_out(context, &arguments))).await
}

async fn bring_out(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
    let done = written(context, &backend, arguments).await;
    backend.close().await;
    let report = done?;
    if arguments.output.is_some() {
        say(format_args!(
            "{} lines written: {} entries, {} assets",
            report.lines, report.entries, report.assets
        ));
    }
    Ok(())
}

async fn written(context: &Context, backend: &Backend, arguments: &Arguments) -> Result<Report, Failure> {
    let services = &backend.services;
    let auth = identity::settings(&context.config)?;
    let caller = caller::of(context, services, "export", "export all of the brand").await?;
    let library = Library::new(services.db.clone(), &identity::cursor_key(&auth)?)?;
    let report = lines(services, &library, &caller, arguments).await?;
    if let Some(folder) = &arguments.files {
        let files = FilesBeside::open(&context.config, backend).await?;
        let services = services.clone().with_media(files.media.clone());
        let done =
            export::files::run(&services, &library, &caller, &arguments.brand, folder, &mut |_| {}).await?;
        // Standard output may be what the lines are written to.
        if arguments.output.is_some() {
            let of = (done.assets, done.written, done.there);
            say(format_args!("{} assets have files: {} were written, {} were there", of.0, of.1, of.2));
            say(format_args!("{} are left out: their rights have not begun, or have ended", done.left_out));
        }
    }
    Ok(report)
}

/// Writes the lines.
async fn lines(
    services: &Services,
    library: &Library,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Report, Failure> {
    let Some(path) = &arguments.output else {
        let mut target = BufWriter::with_capacity(BUFFER, io::stdout());
        return Ok(export::run(services, library, caller, &arguments.brand, &mut target, &mut |_| {}).await?);
    };
    // Under another name until it is whole: a file that ends early looks like one that does not.
    let unwritable = |error: io::Error| Failure::because(path.display(), &error);
    let mut target = Whole::create(path).map_err(unwritable)?;
    let mut screen = Screen::new();
    let done = export::run(services, library, caller, &arguments.brand, &mut target, &mut |report| {
        screen.so_far(report);
    })
    .await;
    screen.bar.finish_and_clear();
    let report = done?;
    target.keep().map_err(unwritable)?;
    Ok(report)
}

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 20;

/// Where the course is shown: a counter on a terminal, a line now and then in a pipe.
struct Screen {
    bar: ProgressBar,
    told: u64,
}

/// Lines between two tellings in a pipe.
const EVERY: u64 = 50_000;

impl Screen {
    fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(None, target), told: 0 }
    }

    fn so_far(&mut self, report: Report) {
        self.bar.set_position(report.lines);
        self.bar.set_message(format!("{} lines", report.lines));
        if self.bar.is_hidden() && report.lines / EVERY > self.told {
            self.told = report.lines / EVERY;
            say(format_args!("{} lines written", report.lines));
        }
    }
}
