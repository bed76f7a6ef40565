//! Brands, content types, tags and categories of an import: made where they are missing.

use std::collections::HashMap;

use uuid::Uuid;

use super::line::{BrandLine, CategoryLine, TypeLine};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        brand::{CreateBrand, LocaleInput, Locales},
        change::Patch,
        content_type::{CreateContentType, UpdateContentType},
        record::Term,
        text::{Locale, Name, Prose, Slug, TypeKey},
    },
    kit::id,
    service::{Caller, Services, Unit, brand, bulk, content_type},
    store::{
        self,
        bulk::{CategoryRow, Ensured, TermRow},
    },
};

/// What came of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
    Unchanged,
}

impl Change {
    fn of(ensured: &Ensured) -> Self {
        match ensured.written {
            Some((_, true)) => Self::Created,
            Some((_, false)) => Self::Updated,
            None => Self::Unchanged,
        }
    }
}

/// The brand of that slug, where the caller may import into it. What is within no role of theirs is not there for them.
///
/// # Errors
/// `FORBIDDEN` where the roles do not give all that an import may do, in all of the brand: lines are not looked at one by one.
pub(super) async fn find_brand(services: &Services, caller: &Caller, slug: &str) -> Result<Option<Uuid>> {
    let Some(id) = store::brand::find_id(&services.db, slug).await? else { return Ok(None) };
    for permission in ASKED {
        match caller.actor.grant_in(permission, id) {
            Ok(grant) if grant.unrestricted_in(id) => {}
            Ok(_) => return Err(Error::new(Code::Forbidden, "a role with restrictions does not import")),
            Err(error) if error.code() == Code::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(id))
}

/// What an import asks for before it writes anything into a brand.
const ASKED: [Permission; 4] =
    [Permission::EntryWrite, Permission::EntryPublish, Permission::AssetWrite, Permission::TaxonomyWrite];

/// Makes a brand; one that is there stays as it is.
pub(super) async fn ensure_brand(services: &Services, caller: &Caller, line: BrandLine) -> Result<Change> {
    let slug = Slug::parse(&line.slug, "slug")?;
    if find_brand(services, caller, slug.as_str()).await?.is_some() {
        return Ok(Change::Unchanged);
    }
    let default = Locale::parse(&line.default_locale, "defaultLocale")?;
    let mut wanted = Vec::with_capacity(line.locales.len());
    for (index, locale) in line.locales.iter().enumerate() {
        let at = |field: &str| format!("locales/{index}/{field}");
        let fallback =
            locale.fallback.as_deref().map(|code| Locale::parse(code, &at("fallback"))).transpose()?;
        wanted.push(LocaleInput { code: Locale::parse(&locale.code, &at("code"))?, fallback });
    }
    if wanted.is_empty() {
        wanted.push(LocaleInput { code: default.clone(), fallback: None });
    }
    let (name, locales) = (Name::parse(&line.name, "name")?, Locales::parse(default, wanted)?);
    match brand::create(services, caller, CreateBrand { slug: slug.clone(), name, locales }).await {
        // Another import made it in between.
        Err(error) if error.code() == Code::Conflict => {
            match find_brand(services, caller, slug.as_str()).await? {
                Some(_) => Ok(Change::Unchanged),
                None => Err(error),
            }
        }
        made => made.map(|_| Change::Created),
    }
}

/// Makes a content type, or changes it to what the line says; a schema that would strand entries is refused.
pub(super) async fn ensure_type(
    services: &Services,
    caller: &Caller,
    brand_id: Uuid,
    line: TypeLine,
) -> Result<Change> {
    let key = TypeKey::parse(&line.key, "key")?;
    let name = Name::parse(&line.name, "name")?;
    let description =
        line.description.as_deref().map(|text| Prose::parse(text, "description")).transpose()?;
    let found = match known_type(services, caller, brand_id, &key).await? {
        Some(found) => found,
        None => {
            let (key, name, description) = (key.clone(), name.clone(), description.clone());
            let command = CreateContentType {
                brand_id,
                key: key.clone(),
                name,
                description,
                schema: line.schema.clone(),
            };
            match content_type::create(services, caller, command).await {
                Ok(_) => return Ok(Change::Created),
                // Another import made it in between.
                Err(error) if error.code() == Code::Conflict => {
                    known_type(services, caller, brand_id, &key).await?.ok_or(error)?
                }
                Err(error) => return Err(error),
            }
        }
    };
    let same = found.name == name.as_str()
        && found.description.as_deref() == description.as_ref().map(Prose::as_str)
        && found.schema == line.schema;
    if same {
        return Ok(Change::Unchanged);
    }
    let command = UpdateContentType {
        id: found.id,
        expected_version: None,
        name: Some(name),
        description: description.map_or(Patch::Clear, Patch::Set),
        schema: Some(line.schema).filter(|schema| *schema != found.schema),
        dry_run: false,
        force: false,
    };
    content_type::update(services, caller, command).await?;
    Ok(Change::Updated)
}

async fn known_type(
    services: &Services,
    caller: &Caller,
    brand: Uuid,
    key: &TypeKey,
) -> Result<Option<store::content_type::Row>> {
    let grant = caller.actor.grant_in(Permission::TypeWrite, brand)?;
    let unit = Unit::begin(services, caller).await?;
    let known = store::content_type::schemas(unit.tx(), &grant, brand).await?;
    unit.rollback().await?;
    Ok(known.into_iter().find(|known| known.key == key.as_str()))
}

/// Makes tags and gives those that are there the names of the lines. A tag that several lines name came to something once.
pub(super) async fn ensure_tags(
    services: &Services,
    caller: &Caller,
    brand: Uuid,
    tags: Vec<Term>,
) -> Result<Vec<Change>> {
    let grant = caller.actor.grant_in(Permission::TaxonomyWrite, brand)?;
    let mut unit = Unit::batch(services, caller, brand, None).await?;
    store::brand::hold(unit.tx(), &grant, brand).await?;
    let now = unit.now();
    let lines = tags.len();
    let by_slug: HashMap<String, String> = tags.into_iter().map(|tag| (tag.slug, tag.name)).collect();
    let rows: Vec<TermRow> =
        by_slug.into_iter().map(|(slug, name)| TermRow { id: id::new(now), slug, name }).collect();
    let found = store::bulk::ensure_tags(unit.tx(), &grant, brand, &rows, true, now).await?;
    found.iter().for_each(|tag| bulk::note_term(&mut unit, brand, "tag", tag));
    unit.commit().await?;
    let mut changes: Vec<Change> = found.iter().map(Change::of).collect();
    changes.resize(lines, Change::Unchanged);
    Ok(changes)
}

/// Makes the categories on a path and gives the last the name of the line, and says what that came to.
pub(super) async fn ensure_categories(
    services: &Services,
    caller: &Caller,
    brand: Uuid,
    categories: Vec<CategoryLine>,
) -> Result<Vec<Change>> {
    let grant = caller.actor.grant_in(Permission::TaxonomyWrite, brand)?;
    let mut unit = Unit::batch(services, caller, brand, None).await?;
    store::brand::hold(unit.tx(), &grant, brand).await?;
    store::category::lock_tree(unit.tx(), brand).await?;
    let now = unit.now();
    let mut known: HashMap<Vec<String>, Uuid> = HashMap::new();
    let mut changes = Vec::with_capacity(categories.len());
    for CategoryLine { path, position } in categories {
        let (mut slugs, mut parent) = (Vec::new(), None);
        let depth = path.len();
        for (level, term) in path.into_iter().enumerate() {
            slugs.push(term.slug.clone());
            let last = level + 1 == depth;
            let id = match known.get(&slugs) {
                Some(id) if !last => *id,
                _ => {
                    let position = position.filter(|_| last);
                    let row =
                        CategoryRow { id: id::new(now), parent, slug: term.slug, name: term.name, position };
                    let made =
                        store::bulk::ensure_category(unit.tx(), &grant, brand, &row, last, now).await?;
                    bulk::note_term(&mut unit, brand, "category", &made);
                    if last {
                        changes.push(Change::of(&made));
                    }
                    made.id
                }
            };
            known.insert(slugs.clone(), id);
            parent = Some(id);
        }
    }
    unit.commit().await?;
    Ok(changes)
}

/// Checks the words of a tag or of one step of a category.
pub(super) fn check(term: &Term) -> Result<()> {
    Slug::parse(&term.slug, "slug")?;
    Name::parse(&term.name, "name")?;
    Ok(())
}
