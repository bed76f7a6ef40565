//! Operations of a batch that have to do with each other, or with what is not seen, chosen by hand: what chance seldom draws.

use brandgraph::domain::entry::{LinkMode, Transition};

use crate::{
    batch_drawn::{Content, Do, ENTRIES, TERMS},
    batch_runs::{Who, compared},
    write_world::start,
};

/// Content that nobody else has anything to do with.
fn free(slug: usize) -> Content {
    Content { slug, lost: false, price: 1, sku: None, refers: None, tags: Vec::new() }
}

fn with_sku(slug: usize, sku: usize) -> Content {
    Content { sku: Some(sku), ..free(slug) }
}

fn to(slug: usize, place: usize) -> Content {
    Content { refers: Some(place), ..free(slug) }
}

fn update(entry: usize, content: Content, named: [bool; 4]) -> Do {
    Do::Update { entry, expected: None, content, replace: false, named }
}

/// With another slug.
fn moved(entry: usize, slug: usize) -> Do {
    update(entry, free(slug), [true, false, false, false])
}

/// With other fields.
fn filled(entry: usize, content: Content) -> Do {
    update(entry, content, [false, false, true, false])
}

async fn by_everybody(all: &[Do]) {
    for who in [Who::Owner, Who::Editor, Who::Own, Who::Both] {
        compared(all, who).await;
    }
}

/// The id of what is made at a place.
const fn made(place: usize) -> usize {
    ENTRIES + place
}

#[tokio::test]
async fn creates_that_meet_others_come_to_the_same() {
    let creates = [
        free(20),
        // Taken by one that is seen, and by one that is not seen by everybody.
        free(1),
        free(5),
        with_sku(21, 2),
        with_sku(22, 8),
        // What failed takes nothing from the one after it.
        with_sku(23, 4),
        free(23),
        free(23),
        with_sku(24, 40),
        with_sku(25, 40),
        // To itself, to one before, to one that failed, to one that comes later, to one that is not seen, to nothing.
        to(26, made(10)),
        to(27, made(0)),
        to(28, made(1)),
        to(29, made(16)),
        to(30, 5),
        to(31, made(90)),
        free(32),
        Content { lost: true, ..free(33) },
        Content { price: -1, ..free(34) },
        Content { price: 5, ..free(1) },
        Content { tags: vec![0, TERMS], ..free(35) },
        Content { tags: vec![TERMS], ..to(36, made(90)) },
        Content { sku: Some(2), ..to(37, made(90)) },
        Content { sku: Some(2), ..free(6) },
    ];
    by_everybody(&creates.map(Do::Create)).await;
}

#[tokio::test]
async fn changes_that_meet_others_come_to_the_same() {
    // Nothing of these needs an earlier one.
    let apart = [
        moved(0, 50),
        moved(1, 8),
        moved(2, 5),
        filled(3, with_sku(0, 8)),
        // Both a slug that is taken and a price that is not everybody's.
        update(4, Content { price: 5, ..free(7) }, [true, false, true, false]),
        filled(5, free(0)),
        filled(6, to(0, made(90))),
        update(7, Content { tags: vec![TERMS], ..free(51) }, [true, false, false, true]),
        Do::Update { entry: 8, expected: Some(7), content: free(52), replace: true, named: [true; 4] },
        filled(made(91), free(0)),
    ];
    by_everybody(&apart).await;
}

#[tokio::test]
async fn changes_that_need_each_other_come_to_the_same() {
    // Slugs and values that are given up before or after somebody wants them, the same entry twice, and what is led to.
    let together = [
        update(0, with_sku(50, 50), [true, false, true, false]),
        moved(1, 0),
        filled(3, with_sku(0, 0)),
        moved(2, 4),
        filled(6, with_sku(0, 4)),
        update(4, with_sku(53, 53), [true, false, true, false]),
        moved(7, 50),
        filled(8, with_sku(0, 53)),
        moved(1, 54),
        filled(3, to(0, 4)),
    ];
    by_everybody(&together).await;
    // A value that is given up, in a run that nothing else divides.
    compared(&[filled(0, with_sku(0, 60)), filled(3, with_sku(0, 0)), filled(1, free(0))], Who::Editor).await;
}

#[tokio::test]
async fn upserts_that_meet_others_come_to_the_same() {
    let upsert = |content: Content, origin: Option<usize>, expected: Option<i32>| Do::Upsert {
        content,
        origin,
        expected,
        german: false,
    };
    let all = [
        upsert(free(20), None, None),
        upsert(free(21), None, Some(3)),
        upsert(free(22), Some(0), Some(0)),
        // Called otherwise at the source, and there already by its slug.
        upsert(free(1), Some(1), None),
        upsert(free(5), Some(2), None),
        upsert(free(5), None, None),
        upsert(free(2), None, Some(9)),
        upsert(with_sku(23, 8), None, None),
        upsert(with_sku(0, 8), None, None),
        upsert(Content { lost: true, ..free(24) }, None, None),
        upsert(to(25, made(0)), None, None),
        upsert(to(26, made(6)), Some(3), None),
        upsert(free(20), None, Some(1)),
        upsert(free(27), Some(0), None),
    ];
    by_everybody(&all).await;
}

#[tokio::test]
async fn changes_of_status_tags_and_presence_come_to_the_same() {
    let none = made(91);
    let mut all: Vec<Do> =
        [0, 1, 2, none, 5, 3].map(|entry| Do::Turn(entry, Transition::Schedule(start()))).into();
    all.extend([4, none, 1, 5, 0, 1].map(|entry| Do::Turn(entry, Transition::Publish)));
    all.extend([0, 5, none, 2].map(|entry| Do::Tag(entry, LinkMode::Add, vec![0, TERMS])));
    all.extend([0, 5, none, 2].map(|entry| Do::Categorise(entry, LinkMode::Set, vec![1])));
    all.extend([6, 3, 5, none].map(|entry| Do::Delete(entry, Some(if entry == 6 { 9 } else { 1 }))));
    by_everybody(&all).await;
}
