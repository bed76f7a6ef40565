//! What the planner knows of tables that are being filled: without it, statements whose plans were made for empty tables read
//! full ones from end to end.

use crate::{
    domain::Result,
    store::{Tx, sql::execute},
};

/// Has PostgreSQL look at the keys of entries and references where these have grown fourfold since it last did. Its own
/// watching comes around every minute, by which time an import is over.
///
/// # Errors
/// As the database refuses.
pub async fn notice_growth(tx: &Tx) -> Result<()> {
    execute(tx, NOTICE, []).await.map(|_| ())
}

// Below 256 pages of 8 kB any plan will do. A tenth of the usual sample says as much as is needed here; texts and custom
// fields are left to PostgreSQL's own watching. One transaction at a time looks, the others go on.
const NOTICE: &str = "\
do $$ begin
  if exists (
    select from pg_class where oid in ('entry'::regclass, 'entry_reference'::regclass)
      and pg_relation_size(oid) / 8192 >= 4 * greatest(relpages, 64)
  ) and pg_try_advisory_xact_lock(hashtext('brandgraph.growth')) then
    set local default_statistics_target = 10;
    analyze entry (id, brand_id, content_type_id, locale, slug, translation_id, source_id, external_id);
    analyze entry_reference (entry_id, field, position, target_entry_id, target_asset_id);
  end if;
end $$";
