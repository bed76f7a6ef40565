//! Assets in sets.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Pulled, Tally, Written, changed, check, ids_of, moments, texts};
use crate::{
    domain::{
        Result,
        about::About,
        access::{Grant, Permission},
    },
    store::{Tx, sql::rows},
};

/// An asset as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetRow {
    /// Its key.
    pub id: Uuid,
    /// What is remembered of its record.
    pub pulled: Pulled,
    /// What the file is called.
    pub filename: String,
    /// Its headline.
    pub title: Option<String>,
    /// What it shows.
    pub alt: Option<String>,
    /// What kind of file it is.
    pub media_type: String,
    /// Bytes.
    pub byte_size: Option<i64>,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// Where the file is.
    pub url: String,
    /// Whatever else is known, as JSON text.
    pub metadata: String,
    /// What more its record says of it; what is known stays where it says nothing.
    pub about: Option<About>,
    /// What its source calls it, where it has a source.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The same, where its record says it.
    pub told_at: Option<DateTime<Utc>>,
    /// Whether that moment is what its record says it has to be, and not only what it becomes where something else differs.
    pub dated: bool,
    /// Whether it comes back where it is in the bin.
    pub returns: bool,
}

/// Writes assets and tells which were written; what is the same already is left alone, what was deleted and does not return
/// stays deleted. No two rows may have one id.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn write_assets(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    source: Option<Uuid>,
    assets: &[AssetRow],
) -> Result<Written> {
    check(grant, Permission::AssetWrite, brand)?;
    let text = |field: fn(&AssetRow) -> Option<&str>| texts(assets.iter().map(field));
    let number = |field: fn(&AssetRow) -> Option<i64>| {
        assets.iter().map(|asset| field(asset).unwrap_or(-1)).collect::<Vec<i64>>().into()
    };
    let values = vec![
        brand.into(),
        source.into(),
        assets.iter().map(|asset| asset.id).collect::<Vec<_>>().into(),
        text(|asset| Some(&asset.filename)),
        text(|asset| asset.title.as_deref()),
        text(|asset| asset.alt.as_deref()),
        text(|asset| Some(&asset.media_type)),
        number(|asset| asset.byte_size),
        number(|asset| asset.width.map(i64::from)),
        number(|asset| asset.height.map(i64::from)),
        text(|asset| Some(&asset.url)),
        text(|asset| Some(&asset.metadata)),
        text(|asset| asset.external_id.as_deref()),
        moments(assets, |asset| asset.created_at),
        moments(assets, |asset| asset.updated_at),
        assets.iter().map(|asset| asset.pulled.digest).collect::<Vec<_>>().into(),
        ids_of(assets, |asset| asset.id, |asset| asset.returns),
        ids_of(assets, |asset| asset.id, |asset| asset.dated),
    ];
    let found = rows(tx, UPSERT, values).await?;
    let changed = changed(&found)?;
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let created = number(changed.iter().filter(|(_, created)| *created).count());
    let updated = number(changed.len()) - created;
    let tally = Tally { created, updated, unchanged: number(assets.len()).saturating_sub(created + updated) };
    Ok(Written { tally, known: Vec::new(), changed })
}

// What the bytes of a kept file tell stays until another file is brought in.
const UPSERT: &str = "
insert into asset as a (id, brand_id, filename, title, alt, media_type, byte_size, width, height, url, metadata, source_id,
  external_id, created_at, updated_at, pulled_digest)
select id, $1, filename, nullif(title, ''), nullif(alt, ''), media_type, nullif(byte_size, -1), nullif(width, -1)::int,
  nullif(height, -1)::int, url, metadata::jsonb, $2, nullif(external_id, ''), created_at, updated_at,
  nullif(pulled_digest, '00000000-0000-0000-0000-000000000000')
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
  $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::uuid[])
  as i(id, filename, title, alt, media_type, byte_size, width, height, url, metadata, external_id, created_at, updated_at,
    pulled_digest)
on conflict (id) do update set filename = excluded.filename, title = excluded.title, alt = excluded.alt,
  media_type = case when a.object_id is null then excluded.media_type else a.media_type end,
  byte_size = case when a.object_id is null then excluded.byte_size else a.byte_size end,
  url = case when a.object_id is null then excluded.url else a.url end,
  width = excluded.width, height = excluded.height, metadata = excluded.metadata, pulled_digest = excluded.pulled_digest, updated_at = excluded.updated_at,
  deleted_at = null, version = a.version + 1
where (a.deleted_at is null or a.id = any($17)) and a.brand_id = excluded.brand_id
  and (a.deleted_at is not null or (a.id = any($18) and a.updated_at <> excluded.updated_at) or (a.filename, a.title, a.alt, a.width, a.height, a.metadata)
    is distinct from (excluded.filename, excluded.title, excluded.alt, excluded.width, excluded.height, excluded.metadata)
    or (a.object_id is null and (a.media_type, a.byte_size, a.url)
      is distinct from (excluded.media_type, excluded.byte_size, excluded.url)))
returning a.id, a.version, a.xmax = 0 as created";
