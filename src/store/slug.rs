//! Who has a slug, looked up for many at once.

/// That `entry` has the brand, kind, locale and slug of `w`.
///
/// Written so that an index is asked by the slug and by nothing else: `is not distinct from` keeps the rest out of its conditions.
/// PostgreSQL takes a brand that is new for empty until it has counted again, and any index that begins with the brand for as good
/// as the one on slugs; every slug that is looked up would then read all of the brand.
pub(super) const SAME_SLUG: &str = "lower(slug) = lower(w.slug) and slug = w.slug and deleted_at is null \
    and (brand_id, content_type_id, locale) is not distinct from (w.brand, w.kind, w.locale)";
