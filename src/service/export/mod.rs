//! Writes a brand out, one JSON object per line, as an import reads it: streamed, and only what its caller may see.

mod asset;
pub mod files;
mod line;
mod page;

use std::io::Write;

use asset::AssetLine;
use line::{BrandLine, CategoryLine, EntryLine, Line, Row, TagLine, TypeLine};
use page::Pages;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{Caller, Library, Services, Unit};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Membership, Permission},
        change::Changed,
        event::Event,
    },
    store,
};

/// How much of what was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries, each in one locale.
    pub entries: u64,
    /// Assets, by their metadata.
    pub assets: u64,
    /// All lines: these, and the brand, its content types, tags and categories.
    pub lines: u64,
}

/// Writes a brand: itself, its content types, tags, categories, assets and entries, in an order that does not depend on the
/// database. What is changed meanwhile comes as it was or as it is; each line is whole. Memory does not grow with entries and
/// assets.
///
/// # Errors
/// `NOT_FOUND` where the caller sees no such brand; `FORBIDDEN` and `UNAUTHENTICATED` where its roles show none of something;
/// `TIMEOUT` and `UNAVAILABLE` as the database has it; where the target cannot be written to.
pub async fn run(
    services: &Services,
    library: &Library,
    caller: &Caller,
    brand: &str,
    target: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Report) + Send),
) -> Result<Report> {
    let whole = match store::brand::find_id(&services.db, brand).await? {
        Some(id) => sees_all(caller, id),
        None => false,
    };
    let pages = Pages { library, caller, brand, whole };
    let found: BrandLine = pages.brand().await?.ok_or_else(|| Error::not_found("the brand"))?;
    note(services, caller, brand).await?;
    let mut out = Out { brand, target, report: Report::default() };
    out.write("brand", None, &found)?;

    let mut types: Vec<TypeLine> = pages.all("ContentType").await?;
    types.sort_by(|one, other| one.key.cmp(&other.key));
    types.iter().try_for_each(|one| out.of_brand("contentType", one))?;
    let mut tags: Vec<TagLine> = pages.all("Tag").await?;
    tags.sort_by(|one, other| one.slug.cmp(&other.slug));
    tags.iter().try_for_each(|one| out.of_brand("tag", one))?;
    let mut categories: Vec<CategoryLine> = pages.all("Category").await?;
    // Also puts what stands above before what stands below it.
    categories.sort_by(|one, other| one.slugs().cmp(other.slugs()));
    categories.iter().try_for_each(|one| out.of_brand("category", one))?;

    let mut after = None;
    loop {
        let assets: Vec<AssetLine> = pages.next("Asset", after).await?;
        let Some(last) = assets.last() else { break };
        after = Some(last.id());
        assets.iter().try_for_each(|asset| out.of_brand("asset", asset))?;
        out.report.assets += assets.len() as u64;
        progress(out.report);
    }
    let mut after = None;
    loop {
        let entries: Vec<EntryLine> = pages.next("Entry", after).await?;
        let Some(last) = entries.last() else { break };
        after = Some(last.id());
        entries.iter().try_for_each(|entry| out.of_brand("entry", entry))?;
        out.report.entries += entries.len() as u64;
        progress(out.report);
    }
    out.target.flush().map_err(unwritable)?;
    Ok(out.report)
}

/// Whether the caller sees every entry of the brand, and all of each.
fn sees_all(caller: &Caller, brand: Uuid) -> bool {
    let Ok(grant) = caller.actor.grant_in(Permission::EntryRead, brand) else { return false };
    let all = |one: &Membership| one.unrestricted() && one.role.holds(Permission::EntryPreview);
    grant.through().any(|one| one.brands.contains(brand) && all(one))
}

/// Leaves a record before anything is let out.
async fn note(services: &Services, caller: &Caller, brand: &str) -> Result<()> {
    let Some(id) = store::brand::find_id(&services.db, brand).await? else { return Ok(()) };
    let mut unit = Unit::begin(services, caller).await?;
    unit.record(Event { detail: json!({}), ..Event::of("brand.exported", id, Changed { id, version: 0 }) });
    unit.commit().await
}

struct Out<'a> {
    brand: &'a str,
    target: &'a mut (dyn Write + Send),
    report: Report,
}

impl Out<'_> {
    fn of_brand<T: Serialize>(&mut self, kind: &'static str, of: &T) -> Result<()> {
        self.write(kind, Some(self.brand), of)
    }

    fn write<T: Serialize>(&mut self, kind: &'static str, brand: Option<&str>, of: &T) -> Result<()> {
        let mut text = serde_json::to_vec(&Line { kind, brand, of }).map_err(Error::internal)?;
        text.push(b'\n');
        self.target.write_all(&text).map_err(unwritable)?;
        self.report.lines += 1;
        Ok(())
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "what is exported cannot be written").with_source(error)
}
