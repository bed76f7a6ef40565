//! Whatever a slug is made of, it is one that is taken, or none at all.

use brandgraph::{domain::text::Slug, kit::slug::from_text};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_made_slug_is_empty_or_taken(
        start in prop_oneof![Just(0_usize), 190_usize..202],
        rest in prop_oneof![".{0,20}", "[ßäöü !a-c]{0,20}"],
    ) {
        let made = from_text(&format!("{}{rest}", "a".repeat(start)));
        if !made.is_empty() {
            prop_assert!(Slug::parse(&made, "slug").is_ok(), "{made:?}");
        }
    }
}
