//! Writes believable brand content as the NDJSON that `brandgraph import` reads; equal arguments give equal bytes.

mod catalog;
mod entry;
mod media;
pub(crate) mod product;
mod schema;
mod text;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use serde_json::Value;

use crate::{Fallible, words::Vocabulary};

/// What to generate.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many entries, over all brands.
    #[arg(long, default_value_t = 100_000)]
    entries: usize,
    /// How many assets, over all brands.
    #[arg(long, default_value_t = 20_000)]
    assets: usize,
    /// How many small entries with three tags, in a brand of their own.
    #[arg(long, default_value_t = 0)]
    products: usize,
    /// How many brands, at most 5; the first holds about two thirds of everything.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=5))]
    brands: u8,
    /// Where chance begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file to write.
    out: PathBuf,
}

/// What every part of the generator needs.
#[derive(Debug)]
struct World {
    seed: u64,
    english: Vocabulary,
    german: Vocabulary,
    brands: Vec<catalog::Brand>,
    /// For each asset, the brand that it belongs to.
    asset_brands: Vec<usize>,
}

/// Generates the file.
pub(crate) fn run(arguments: &Arguments) -> Fallible {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&arguments.out)?);
    let mut world = World {
        seed: arguments.seed,
        english: Vocabulary::english(),
        german: Vocabulary::german(),
        brands: catalog::brands(usize::from(arguments.brands), arguments.seed),
        asset_brands: Vec::new(),
    };
    catalog::write(&world, &mut |record| line(&mut out, record))?;
    world.asset_brands = media::write(&world, arguments.assets, &mut |record| line(&mut out, record))?;
    entry::write(&world, arguments.entries, &mut |record| line(&mut out, record))?;
    if arguments.products > 0 {
        product::write(arguments.seed, arguments.products, &mut |record| line(&mut out, record))?;
    }
    Ok(out.flush()?)
}

fn line(out: &mut impl Write, record: &Value) -> Fallible {
    serde_json::to_writer(&mut *out, record)?;
    Ok(out.write_all(b"\n")?)
}

/// Takes one finished record.
type Sink<'a> = &'a mut dyn FnMut(&Value) -> Fallible;
