//! What more is known of assets, for those whose records say it.

use std::collections::HashSet;

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use uuid::Uuid;

use super::{AssetRow, check, json as text};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        change::Changed,
    },
    store::{Tx, sql::query},
};

/// Writes what records say of assets beside their files, where it differs; the versions of those that this transaction
/// made stay. Tells which others were changed by that.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn describe_assets(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    assets: &[AssetRow],
    told: &HashSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<Changed>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        version: i32,
    }
    check(grant, Permission::AssetWrite, brand)?;
    let said = assets.iter().filter_map(|asset| Some((asset, asset.about.as_ref()?)));
    let said: Vec<_> = said
        .map(|(asset, about)| {
            json!({
                "id": asset.id, "told": told.contains(&asset.id), "alts": about.alts, "credit": about.credit,
                "focal_x": about.focal.map(|(x, _)| x), "focal_y": about.focal.map(|(_, y)| y),
                "rights_from": about.rights_from, "rights_until": about.rights_until,
                "territories": about.territories, "at": asset.told_at.map(|at| at.trunc_subsecs(6)),
            })
        })
        .collect();
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = query(tx, DESCRIBE, [brand.into(), text(&said)?, now.into()]).await?;
    let changed = rows.into_iter().filter(|row| !told.contains(&row.id));
    Ok(changed.map(|row| Changed { id: row.id, version: row.version }).collect())
}

const DESCRIBE: &str = "\
update asset a set alts = i.alts, credit = i.credit, focal_x = i.focal_x, focal_y = i.focal_y, rights_from = i.rights_from,
  rights_until = i.rights_until, territories = i.territories, version = a.version + case when i.told then 0 else 1 end,
  updated_at = case when i.told then a.updated_at else coalesce(i.at, greatest(a.updated_at, $3)) end
from jsonb_to_recordset($2::text::jsonb) as i(id uuid, told boolean, alts jsonb, credit text, focal_x double precision,
  focal_y double precision, rights_from timestamptz, rights_until timestamptz, territories text[],
  at timestamptz)
where a.id = i.id and a.brand_id = $1 and a.deleted_at is null
  and (a.alts, a.credit, a.focal_x, a.focal_y, a.rights_from, a.rights_until, a.territories)
    is distinct from (i.alts, i.credit, i.focal_x, i.focal_y, i.rights_from, i.rights_until, i.territories)
returning a.id, a.version";
