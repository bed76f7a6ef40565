//! What a process that was killed left behind in a private store: removed when the next one opens it, before anybody writes there.

use std::{collections::HashSet, fs, io};

use super::{
    join::{made, tidy},
    layout::{Kind, Layout, gone},
};

/// Removes parts without a session, sessions that an object was made of or that nobody was told of, and notes of objects that are gone;
/// how many files. Files that are not whole were removed by `s3s-fs` before.
pub(super) fn sweep(layout: &Layout) -> io::Result<u64> {
    let kinds = layout.kinds()?;
    let before = kinds.len();
    for (_, kind) in &kinds {
        if let Kind::Promise(session, place) = kind
            && made(layout, place, *session).is_some()
        {
            tidy(layout, place, *session)?;
        }
    }
    // A session is told to nobody before it has both: what says that there is one, and what is promised of its object.
    let promised: HashSet<_> = kinds
        .iter()
        .filter_map(|(path, kind)| match kind {
            Kind::Promise(session, _) if path.exists() && layout.session(*session).exists() => Some(*session),
            _ => None,
        })
        .collect();
    for (path, kind) in &kinds {
        let needed = match kind {
            Kind::Session(session) | Kind::Part(session) | Kind::Promise(session, _) => {
                promised.contains(session)
            }
            Kind::Note(place) => layout.object(place).is_none_or(|object| object.exists()),
        };
        if !needed {
            gone(fs::remove_file(path))?;
        }
    }
    let after = layout.kinds()?.len();
    Ok(before.saturating_sub(after) as u64)
}
