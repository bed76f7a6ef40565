//! `brandgraph import`: brings a file of records in, and says which lines it set aside.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    super::{
        backend::{Backend, Sharing},
        failure::Failure,
        say,
    },
    Context, caller,
    import_aside::Aside,
    import_files, unless_stopped,
};
use crate::service::import::{self, Notice, Progress, Report, SetAside};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  brandgraph import content.ndjson
  brandgraph import articles.ndjson --brand acme
  brandgraph import articles.ndjson --set-aside left.ndjson
  brandgraph import acme.ndjson --files acme-files

Each line is a JSON object with a `kind`: brand, contentType, tag, category, asset or entry (docs/import.md).
A line that does not fit is set aside and told; the others go on, and the exit code is then 1. With a token, in
BRANDGRAPH_TOKEN, it may do what that token may; without one, everything.")]
pub(super) struct Arguments {
    /// The file, one JSON object per line
    file: PathBuf,
    /// The brand of lines that name none, and the only one that lines may name
    #[arg(long)]
    brand: Option<String>,
    /// Where the lines that were set aside are copied to, to be mended and imported again
    #[arg(long, value_name = "FILE")]
    set_aside: Option<PathBuf>,
    /// The folder of files that `brandgraph export --files` wrote; each is looked at as one that is uploaded
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let unreadable = |error: io::Error| Failure::because(path.display(), &error);
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let aside = arguments.set_aside.as_deref().map(|to| Aside::open(path, &file, to)).transpose()?;
    unless_stopped(Box::pin(bring(context, &arguments, (file, size), aside))).await
}

async fn bring(
    context: &Context,
    arguments: &Arguments,
    (file, size): (File, u64),
    aside: Option<Aside>,
) -> Result<(), Failure> {
    let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
    let clock = backend.services.clock.clone();
    let begun = clock.now();
    let mut screen = Screen::new(&arguments.file, size);
    let done = written(context, arguments, &backend, file, &mut screen).await;
    screen.bar.finish_and_clear();
    backend.close().await;
    let (report, refused) = done?;
    summary(&report, (clock.now() - begun).num_milliseconds());
    aside.map_or(Ok(()), |aside| aside.copy(&screen.lines))?;
    match report.set_aside {
        0 if refused? > 0 => Err(Failure::Failed("some files could not be brought in".to_owned())),
        0 => Ok(()),
        count => Err(Failure::Failed(format!("{count} of {} lines were set aside", report.lines))),
    }
}

/// Writes the lines, then brings the files in; how many of those could not be.
async fn written(
    context: &Context,
    arguments: &Arguments,
    backend: &Backend,
    file: File,
    screen: &mut Screen<'_>,
) -> Result<(Report, Result<u64, Failure>), Failure> {
    let services = &backend.services;
    let caller = caller::of(context, services, "import", "import whatever the file says").await?;
    let source = Box::new(BufReader::with_capacity(1 << 20, file));
    let mut notice = |notice: Notice<'_>| match notice {
        Notice::Progress(progress) => screen.progress(progress),
        Notice::SetAside(line) => screen.set_aside(line),
    };
    let report = import::run(services, &caller, source, arguments.brand.clone(), &mut notice).await?;
    let refused = match &arguments.files {
        Some(folder) => import_files::run(&context.config, backend, &caller, folder).await,
        None => Ok(0),
    };
    Ok((report, refused))
}

fn summary(report: &Report, milliseconds: i64) {
    let seconds = milliseconds.max(1) as f64 / 1_000.0;
    say(format_args!(
        "{} lines in {seconds:.1} s ({:.0} per second): {} created, {} updated, {} unchanged, {} set aside",
        report.lines,
        report.lines as f64 / seconds,
        report.created,
        report.updated,
        report.unchanged,
        report.set_aside
    ));
    if report.waiting > 0 {
        say(format_args!("{} references wait for what they lead to", report.waiting));
    }
}

/// Where the course of the import is shown: a bar on a terminal, a line for every tenth in a pipe.
struct Screen<'a> {
    path: &'a Path,
    size: u64,
    bar: ProgressBar,
    tenths: u64,
    /// Those that were set aside.
    lines: BTreeSet<u64>,
}

impl<'a> Screen<'a> {
    fn new(path: &'a Path, size: u64) -> Self {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(size), target);
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:40} {bytes}/{total_bytes} {binary_bytes_per_sec}, {eta} left  {msg}",
        ) {
            bar.set_style(style);
        }
        Self { path, size, bar, tenths: 0, lines: BTreeSet::new() }
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.set_position(progress.bytes);
        self.bar.set_message(format!("{} lines", progress.lines));
        let tenths = progress.bytes.saturating_mul(10).checked_div(self.size).unwrap_or(10).min(10);
        if self.bar.is_hidden() && tenths > self.tenths {
            self.tenths = tenths;
            say(format_args!("{}0 % read, {} lines written", tenths, progress.lines));
        }
    }

    fn set_aside(&mut self, line: &SetAside) {
        self.lines.insert(line.line);
        let at = if line.path.is_empty() { String::new() } else { format!("{}: ", line.path) };
        let told = format!("{}:{}: {at}{} ({})", self.path.display(), line.line, line.message, line.code);
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr(), "{told}");
        });
    }
}
