//! `brandgraph import`: brings a file of records in, and says which lines it set aside.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write},
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
    Context, import_files,
};
use crate::service::{
    Caller,
    import::{self, Notice, Progress, Report, SetAside},
};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  brandgraph import content.ndjson
  brandgraph import articles.ndjson --brand acme
  brandgraph import articles.ndjson --set-aside left.ndjson
  brandgraph import acme.ndjson --files acme-files

Each line is a JSON object with a `kind`: brand, contentType, tag, category, asset or entry (docs/import.md).
A line that does not fit is set aside and told; the others go on, and the exit code is then 1.")]
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
    let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
    let clock = backend.services.clock.clone();
    let begun = clock.now();
    let mut screen = Screen::new(path, size);
    let source = Box::new(BufReader::with_capacity(1 << 20, file));
    let done =
        import::run(&backend.services, &Caller::system("import"), source, arguments.brand, &mut |notice| {
            match notice {
                Notice::Progress(progress) => screen.progress(progress),
                Notice::SetAside(line) => screen.set_aside(line),
            }
        })
        .await;
    screen.bar.finish_and_clear();
    let files = match (&done, &arguments.files) {
        (Ok(_), Some(folder)) => import_files::run(&context.config, &backend, folder).await,
        _ => Ok(0),
    };
    backend.close().await;
    let report = done?;
    if let Some(target) = &arguments.set_aside {
        copy_lines(path, target, &screen.lines)
            .map_err(|error| Failure::because(target.display(), &error))?;
    }
    summary(&report, (clock.now() - begun).num_milliseconds());
    let refused = files?;
    match report.set_aside {
        0 if refused > 0 => Err(Failure::Failed("some files could not be brought in".to_owned())),
        0 => Ok(()),
        count => Err(Failure::Failed(format!("{count} of {} lines were set aside", report.lines))),
    }
}

/// Copies the lines of these numbers. They are read once more, so that none has to be kept while the others go on.
fn copy_lines(from: &Path, to: &Path, numbers: &BTreeSet<u64>) -> io::Result<()> {
    let mut source = BufReader::with_capacity(1 << 20, File::open(from)?);
    let mut target = BufWriter::new(File::create(to)?);
    let (mut number, mut line) = (0, Vec::new());
    for wanted in numbers {
        while number < *wanted {
            line.clear();
            number += 1;
            if source.read_until(b'\n', &mut line)? == 0 {
                break;
            }
        }
        target.write_all(&line)?;
        if line.last() != Some(&b'\n') {
            target.write_all(b"\n")?;
        }
    }
    target.flush()
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
