//! `brandgraph audit verify|export`: walks the chain of sealed records, and writes it out.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, IsTerminal, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::{
    super::{
        backend::{Backend, Sharing},
        failure::Failure,
        say,
    },
    Context,
};
use crate::{
    domain::audit::{Seal, unhex},
    service::audit::{self, Range, Report},
};

/// How many records are passed between two lines in a pipe.
const LINE_EVERY: u64 = 100_000;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  brandgraph audit verify")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Walk along the seals; exit code 1 at the first record that was changed, removed, inserted or moved
    #[command(after_help = "Examples:
  brandgraph audit verify
  brandgraph audit verify --from 120000 --known 119999:5f0c…
  brandgraph audit verify --file audit.ndjson")]
    Verify(Verify),
    /// Write sealed records as NDJSON, each with its seal
    #[command(after_help = "Example:\n  brandgraph audit export --to 119999 --output audit.ndjson")]
    Export(Export),
}

#[derive(Debug, Args)]
struct Verify {
    /// The number of the first seal; the one before it is trusted
    #[arg(long, conflicts_with = "file", value_parser = clap::value_parser!(i64).range(1..))]
    from: Option<i64>,
    /// The number of the last seal
    #[arg(long, conflicts_with = "file", value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// A seal that was noted elsewhere, as NUMBER:SEAL; the chain must still hold it
    #[arg(long, value_parser = known)]
    known: Option<(i64, Seal)>,
    /// The number from which on every seal must have been made with the key; all must, where a key is configured
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    keyed_from: Option<i64>,
    /// Pass though nothing is sealed at all, as on a server that is new
    #[arg(long, conflicts_with = "file")]
    may_be_empty: bool,
    /// An export to verify instead of the database
    #[arg(long)]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Export {
    /// The number of the first seal
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    from: Option<i64>,
    /// The number of the last seal
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// Where to write; standard output where none is given
    #[arg(long)]
    output: Option<PathBuf>,
}

fn known(text: &str) -> Result<(i64, Seal), String> {
    let parsed = text.split_once(':').and_then(|(number, seal)| Some((number.parse().ok()?, unhex(seal)?)));
    parsed.ok_or_else(|| "must be NUMBER:SEAL, with the seal's 64 hexadecimal digits".to_owned())
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::Verify(Verify { file: Some(file), known, keyed_from, .. }) => {
            let keys = context.config.audit.keys()?;
            let source = File::open(&file).map_err(|error| Failure::because(file.display(), &error))?;
            let mut screen = Screen::new(None);
            let range = Range { known, keyed_from, ..Range::default() };
            let done = audit::verify_file(BufReader::new(source), &keys, range, &mut |passed| {
                screen.passed(passed);
            });
            screen.bar.finish_and_clear();
            tell(&done?)
        }
        What::Verify(Verify { from, to, known, keyed_from, may_be_empty, .. }) => {
            let keys = context.config.audit.keys()?;
            let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
            let mut screen = Screen::new(Some(0));
            let range = Range { from, to, known, keyed_from, may_be_empty };
            let done = audit::verify(&backend.services, &keys, range, &mut |passed, total| {
                screen.bar.set_length(total);
                screen.passed(passed);
            })
            .await;
            backend.close().await;
            screen.bar.finish_and_clear();
            tell(&done?)
        }
        What::Export(Export { from, to, output }) => {
            let mut target: Box<dyn Write + Send> = match &output {
                Some(path) => {
                    let file =
                        File::create(path).map_err(|error| Failure::because(path.display(), &error))?;
                    Box::new(BufWriter::new(file))
                }
                None => Box::new(BufWriter::new(io::stdout())),
            };
            let backend = Backend::open(&context.config, &context.environment, Sharing::Beside).await?;
            let mut screen = Screen::new(None);
            let quiet = output.is_none();
            let done = audit::export(&backend.services, from, to, &mut *target, &mut |count| {
                if !quiet {
                    screen.passed(count);
                }
            })
            .await;
            backend.close().await;
            screen.bar.finish_and_clear();
            let count = done?;
            if !quiet {
                say(format_args!("{count} records written"));
            }
            Ok(())
        }
    }
}

fn tell(report: &Report) -> Result<(), Failure> {
    if let Some(fault) = &report.fault {
        return Err(Failure::Failed(format!(
            "{fault}; {} records before it are as they were sealed",
            report.passed
        )));
    }
    let (sequence, seal) = &report.head;
    if let Some(earlier) = report.earlier {
        say(format_args!("seal {earlier} is the last that was not made with the current key"));
    }
    say(format_args!(
        "{} records are as they were sealed ({} with a key), {} are not sealed yet; the last seal is {sequence}:{seal}",
        report.passed, report.keyed, report.unsealed
    ));
    Ok(())
}

/// Where the walk is shown: a bar on a terminal, a line now and then in a pipe.
struct Screen {
    bar: ProgressBar,
    told: u64,
}

impl Screen {
    fn new(total: Option<u64>) -> Self {
        let terminal = io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(total, target), told: 0 }
    }

    fn passed(&mut self, count: u64) {
        self.bar.set_position(count);
        if self.bar.is_hidden() && count / LINE_EVERY > self.told {
            self.told = count / LINE_EVERY;
            say(format_args!("{count} records"));
        }
    }
}
