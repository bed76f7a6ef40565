//! What clients give about languages, credit, focal point and rights of assets.

use std::collections::BTreeMap;

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    domain::{
        Result,
        about::{self, About, AboutPatch},
    },
    graphql::{change::Wrong, scalar::DateTime},
};

/// What a picture shows, in one language.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct AltInput {
    /// The language, as a BCP 47 tag.
    locale: String,
    /// What it shows; at most 5,000 characters.
    text: String,
}

/// What must stay in sight when a picture is cropped.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct FocalPointInput {
    /// Its place from the left, 0 to 1.
    x: f64,
    /// Its place from the top, 0 to 1.
    y: f64,
}

/// Languages, credit, focal point and rights of an asset that is to be made.
#[derive(Debug, Default, InputObject)]
pub(in crate::graphql) struct AssetAboutInput {
    /// What it shows, by language; at most 100.
    alts: Option<Vec<AltInput>>,
    /// Whom to name beside it; one line of at most 1,000 characters.
    credit: Option<String>,
    /// What must stay in sight when it is cropped.
    focal_point: Option<FocalPointInput>,
    /// From when on it may be shown.
    rights_from: Option<DateTime>,
    /// Until when it may be shown; its address then leads nowhere.
    rights_until: Option<DateTime>,
    /// The countries in which it may be shown (ISO 3166-1, two letters); none for all.
    territories: Option<Vec<String>>,
}

/// What is to change of an asset's languages, credit, focal point and rights; what is left out stays, null takes away.
#[derive(Debug, Default, InputObject)]
pub(in crate::graphql) struct AssetAboutPatch {
    /// What it shows, by language, in place of all there is; not null.
    alts: MaybeUndefined<Vec<AltInput>>,
    /// Whom to name beside it.
    credit: MaybeUndefined<String>,
    /// What must stay in sight when it is cropped.
    focal_point: MaybeUndefined<FocalPointInput>,
    /// From when on it may be shown.
    rights_from: MaybeUndefined<DateTime>,
    /// Until when it may be shown.
    rights_until: MaybeUndefined<DateTime>,
    /// The countries in which it may be shown, in place of all there are; not null.
    territories: MaybeUndefined<Vec<String>>,
}

impl AssetAboutInput {
    pub(in crate::graphql) fn parse(self, wrong: &mut Wrong, at: &str) -> About {
        let (from, until) = (self.rights_from.map(|at| at.0), self.rights_until.map(|at| at.0));
        wrong.take(about::window(from, until, &format!("{at}.rightsUntil")));
        About {
            alts: wrong.optional(self.alts, |given| alts(given, &format!("{at}.alts"))).unwrap_or_default(),
            credit: wrong.optional(self.credit, |text| about::credit(&text, &format!("{at}.credit"))),
            focal: wrong.optional(self.focal_point, |point| {
                about::focal(point.x, point.y, &format!("{at}.focalPoint"))
            }),
            rights_from: from,
            rights_until: until,
            territories: wrong
                .optional(self.territories, |given| about::territories(&given, &format!("{at}.territories")))
                .unwrap_or_default(),
        }
    }
}

impl AssetAboutPatch {
    pub(in crate::graphql) fn parse(self, wrong: &mut Wrong, at: &str) -> AboutPatch {
        AboutPatch {
            alts: wrong.change(self.alts, &format!("{at}.alts"), alts),
            credit: wrong.patch(self.credit, &format!("{at}.credit"), |text, at| about::credit(&text, at)),
            focal: wrong.patch(self.focal_point, &format!("{at}.focalPoint"), |point, at| {
                about::focal(point.x, point.y, at)
            }),
            rights_from: wrong.patch(self.rights_from, &format!("{at}.rightsFrom"), |moment, _| Ok(moment.0)),
            rights_until: wrong
                .patch(self.rights_until, &format!("{at}.rightsUntil"), |moment, _| Ok(moment.0)),
            territories: wrong.change(self.territories, &format!("{at}.territories"), |given, at| {
                about::territories(&given, at)
            }),
        }
    }
}

fn alts(given: Vec<AltInput>, at: &str) -> Result<BTreeMap<String, String>> {
    let pairs: Vec<_> = given.into_iter().map(|alt| (alt.locale, alt.text)).collect();
    about::alts(&pairs, at)
}
