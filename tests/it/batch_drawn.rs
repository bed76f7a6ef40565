//! Operations of a batch by numbers: runs of one sort, most of them good, over entries that are there or are made.

use brandgraph::domain::entry::{LinkMode, Transition};
use chrono::TimeDelta;
use proptest::{collection::vec, option::weighted, prelude::*};

use crate::write_world::start;

/// Entries that are there from the beginning.
pub const ENTRIES: usize = 9;
/// Tags and categories that there are; the one after the last is none.
pub const TERMS: usize = 3;

/// Something to do with one of a few entries.
#[derive(Debug, Clone)]
pub enum Do {
    Create(Content),
    Update { entry: usize, expected: Option<i32>, content: Content, replace: bool, named: [bool; 4] },
    Upsert { content: Content, origin: Option<usize>, expected: Option<i32>, german: bool },
    Turn(usize, Transition),
    Tag(usize, LinkMode, Vec<usize>),
    Categorise(usize, LinkMode, Vec<usize>),
    Delete(usize, Option<i32>),
    Restore(usize),
    Revert(usize, i32),
}

#[derive(Debug, Clone)]
pub struct Content {
    pub slug: usize,
    /// Whether its type is none.
    pub lost: bool,
    pub price: i32,
    pub sku: Option<usize>,
    pub refers: Option<usize>,
    pub tags: Vec<usize>,
}

fn terms() -> impl Strategy<Value = Vec<usize>> {
    // Mostly those that there are.
    let term = prop_oneof![40 => 0..TERMS, 1 => Just(TERMS)];
    proptest::collection::btree_set(term, 0..3).prop_map(|terms| terms.into_iter().collect())
}

fn content() -> impl Strategy<Value = Content> {
    let price = prop_oneof![30 => 0..6_i32, 1 => Just(-1)];
    // Some are those of entries that are there, or come twice; most of them are free.
    let number = || prop_oneof![2 => 0..ENTRIES, 1 => ENTRIES..ENTRIES + 3, 5 => ENTRIES..60_usize];
    // References lead to some that are made, too, to those that come later, and to nothing.
    let refers = prop_oneof![5 => 0..ENTRIES, 2 => ENTRIES..ENTRIES + 8, 1 => Just(ENTRIES + 90)];
    let lost = proptest::bool::weighted(0.02);
    (number(), lost, price, weighted(0.4, number()), weighted(0.25, refers), terms())
        .prop_map(|(slug, lost, price, sku, refers, tags)| Content { slug, lost, price, sku, refers, tags })
}

fn mode() -> impl Strategy<Value = LinkMode> {
    prop_oneof![Just(LinkMode::Set), Just(LinkMode::Add), Just(LinkMode::Remove)]
}

/// Something for each of a few entries; now and then one of them comes up twice.
fn for_some<T: std::fmt::Debug + 'static>(
    drawn: impl Strategy<Value = T> + 'static,
    done: fn(usize, T) -> Do,
) -> BoxedStrategy<Vec<Do>> {
    let some = proptest::sample::subsequence((0..ENTRIES).collect::<Vec<_>>(), 1..7).prop_shuffle();
    (some, vec(drawn, 8), proptest::bool::weighted(0.1), proptest::bool::weighted(0.1))
        .prop_map(move |(mut entries, drawn, twice, nobody)| {
            if nobody {
                entries.insert(0, ENTRIES + 91);
            }
            if twice {
                entries.extend(entries.first().copied());
            }
            entries.into_iter().zip(drawn).map(|(entry, drawn)| done(entry, drawn)).collect()
        })
        .boxed()
}

/// Operations of one sort, which follow each other.
pub fn run() -> impl Strategy<Value = Vec<Do>> {
    let expected = || weighted(0.03, 1..4_i32);
    let update = (expected(), content(), any::<bool>(), any::<[bool; 4]>());
    let upsert =
        (content(), weighted(0.4, 0..8_usize), weighted(0.05, 0..3_i32), proptest::bool::weighted(0.2));
    let to = || {
        prop_oneof![
            2 => Just(Transition::Publish),
            2 => Just(Transition::Unpublish),
            1 => Just(Transition::Archive),
            2 => (0..5_i64).prop_map(|days| Transition::Schedule(start() + TimeDelta::days(days)))
        ]
    };
    let same = |to: Transition| for_some(Just(to), Do::Turn);
    prop_oneof![
        3 => vec(content().prop_map(Do::Create), 1..7),
        3 => for_some(update, |entry, (expected, content, replace, named)| {
            Do::Update { entry, expected, content, replace, named }
        }),
        3 => vec(upsert.prop_map(|(content, origin, expected, german)| {
            Do::Upsert { content, origin, expected, german }
        }), 1..7),
        1 => for_some(to(), Do::Turn),
        2 => to().prop_flat_map(same),
        2 => for_some((mode(), terms()), |entry, (mode, terms)| Do::Tag(entry, mode, terms)),
        2 => for_some((mode(), terms()), |entry, (mode, terms)| Do::Categorise(entry, mode, terms)),
        1 => for_some(expected(), Do::Delete),
        1 => for_some(Just(()), |entry, ()| Do::Restore(entry)),
        1 => for_some(1..4_i32, Do::Revert),
    ]
}
