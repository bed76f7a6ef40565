//! The proof of a permission. Its fields are private and only `Actor` makes one, so that what takes a `Grant` was authorized.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::{
    actor::BrandScope,
    condition::Claims,
    field::{Hidden, within},
    permission::Permission,
    restriction::{Facts, Restrictions},
    rule::Membership,
};
use crate::domain::{Code, Error, Result, entry::Status, fields::FieldPath};

/// Proof that the actor of a request holds a permission in some brands.
#[derive(Debug, Clone)]
pub struct Grant {
    permission: Permission,
    brands: BrandScope,
    held: Arc<[Membership]>,
    claims: Arc<Claims>,
}

impl Grant {
    /// Nothing where none of the memberships holds the permission.
    pub(super) fn make(permission: Permission, held: Arc<[Membership]>, claims: Arc<Claims>) -> Option<Self> {
        let through = held.iter().filter(|one| one.role.holds(permission));
        let brands = through.map(|one| one.brands.clone()).reduce(BrandScope::or)?;
        Some(Self { permission, brands, held, claims })
    }

    /// The memberships that it comes of: each says where, and what of the brand's content.
    pub fn through(&self) -> impl Iterator<Item = &Membership> {
        self.held.iter().filter(|one| one.role.holds(self.permission))
    }

    /// What the actor's credential claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether it holds in the brand for every entry, and all of it.
    #[must_use]
    pub fn unrestricted_in(&self, brand: Uuid) -> bool {
        self.through().any(|one| one.unrestricted() && one.brands.contains(brand))
    }

    /// Passes where an entry that was found is within the grant.
    ///
    /// # Errors
    /// `NOT_FOUND` where the actor does not see it either, `FORBIDDEN` where it does.
    pub fn covers_entry(&self, brand: Uuid, entry: &Facts<'_>) -> Result<()> {
        if self.ways(brand).any(|one| one.role.restrictions.admits(entry, &self.claims)) {
            return Ok(());
        }
        Err(self.refused(brand, entry))
    }

    /// Passes where entries of a type that was found can be within the grant.
    ///
    /// # Errors
    /// `NOT_FOUND` where they cannot: such a type is not seen either.
    pub fn covers_type(&self, brand: Uuid, key: &str) -> Result<()> {
        let with =
            |one: &Membership| one.role.restrictions.types.as_ref().is_none_or(|types| types.contains(key));
        if self.ways(brand).any(with) { Ok(()) } else { Err(Error::concealed("the content type", brand)) }
    }

    /// Passes where one of the roles allows the change all by itself: before, after, and what differs.
    ///
    /// # Errors
    /// As [`Grant::covers_entry`]; `FORBIDDEN` naming a field that is not to be written.
    pub fn covers_change(&self, brand: Uuid, before: Option<&Facts<'_>>, after: &Facts<'_>) -> Result<()> {
        if let Some(before) = before {
            self.covers_entry(brand, before)?;
        }
        let mut field = None;
        for one in self.ways(brand) {
            let rule = &one.role.restrictions;
            let admitted = before.into_iter().chain([after]).all(|entry| rule.admits(entry, &self.claims));
            match admitted.then(|| rule.forbids(before, after)) {
                Some(None) => return Ok(()),
                Some(forbidden) => field = forbidden,
                None => {}
            }
        }
        Err(match field {
            Some(field) => unwritable(&field),
            None => Error::new(Code::Forbidden, "your roles do not let you make this of the entry"),
        })
    }

    /// Passes where one of the roles shows everything that a command names: `names`, and what is in custom `fields`. What the
    /// command says of it does not matter: the answer would tell whether it is what the entry holds.
    ///
    /// # Errors
    /// `FORBIDDEN` naming a field that is not seen.
    pub fn covers_naming(
        &self,
        brand: Uuid,
        entry: &Facts<'_>,
        names: &[&str],
        fields: Option<&Value>,
    ) -> Result<()> {
        let mut unseen = None;
        for hidden in self.hidden(brand, entry) {
            unseen = hidden.among(names, fields);
            if unseen.is_none() {
                return Ok(());
            }
        }
        Err(unseen.map_or_else(|| self.refused(brand, entry), |name| unwritable(&name)))
    }

    /// Passes where one of the roles lets links of that GraphQL name be changed.
    ///
    /// # Errors
    /// `FORBIDDEN` naming them.
    pub fn covers_links(&self, brand: Uuid, entry: &Facts<'_>, name: &str) -> Result<()> {
        let mut each = self.ways(brand).filter(|one| one.role.restrictions.admits(entry, &self.claims));
        let writes = |rule: &Restrictions| {
            !rule.locked.names.contains(name) && rule.hidden.among(&[name], None).is_none()
        };
        if each.any(|one| writes(&one.role.restrictions)) { Ok(()) } else { Err(unwritable(name)) }
    }

    /// Whether all of the roles hide the custom fields of an entry altogether.
    #[must_use]
    pub fn sees_no_fields_of(&self, brand: Uuid, entry: &Facts<'_>) -> bool {
        self.hidden(brand, entry).all(|hidden| hidden.columns.contains("fields"))
    }

    /// Custom fields of an entry that all of the roles hide: commands leave them as they are.
    #[must_use]
    pub fn unseen_of(&self, brand: Uuid, entry: &Facts<'_>) -> BTreeSet<&FieldPath> {
        let each = || self.hidden(brand, entry).filter(|hidden| !hidden.columns.contains("fields"));
        let inside = |path: &FieldPath, hidden: &Hidden| hidden.paths.iter().any(|outer| within(path, outer));
        each()
            .flat_map(|hidden| &hidden.paths)
            .filter(|path| each().all(|hidden| inside(path, hidden)))
            .collect()
    }

    /// What each of the roles that let an entry through hides of it.
    fn hidden(&self, brand: Uuid, entry: &Facts<'_>) -> impl Iterator<Item = &Hidden> {
        self.ways(brand)
            .map(|one| &one.role.restrictions)
            .filter(|rule| rule.admits(entry, &self.claims))
            .map(|rule| &rule.hidden)
    }

    /// The memberships of the permission in a brand.
    fn ways(&self, brand: Uuid) -> impl Iterator<Item = &Membership> {
        self.through().filter(move |one| one.brands.contains(brand))
    }

    /// Whether some of the roles hide, in the brand, what a custom path leads to.
    #[must_use]
    pub fn hides_in(&self, brand: Uuid, path: &str) -> bool {
        if self.unrestricted_in(brand) {
            return false;
        }
        let name = format!("fields.{path}");
        self.ways(brand).any(|one| {
            let hidden = &one.role.restrictions.hidden;
            // What is no path of a field is about all of them.
            hidden.named(&name) || (hidden.some_fields() && FieldPath::parse(path, "field").is_err())
        })
    }

    /// Whether the actor sees the entry, by whichever role.
    #[must_use]
    pub fn sees(&self, brand: Uuid, entry: &Facts<'_>) -> bool {
        self.shows(brand, entry).next().is_some()
    }

    /// What each of the roles that show the entry hides of it.
    pub fn shows(&self, brand: Uuid, entry: &Facts<'_>) -> impl Iterator<Item = &Hidden> {
        let showing = move |one: &&Membership| {
            let shown = entry.status == Status::Published.name() || one.role.holds(Permission::EntryPreview);
            one.role.holds(Permission::EntryRead)
                && shown
                && one.brands.contains(brand)
                && one.role.restrictions.admits(entry, &self.claims)
        };
        self.held.iter().filter(showing).map(|one| &one.role.restrictions.hidden)
    }

    /// What each of the roles that show what an entry was hides of it: those that show the entry as it is, and as it was then.
    pub fn shows_version(
        &self,
        brand: Uuid,
        now: &Facts<'_>,
        then: &Facts<'_>,
    ) -> impl Iterator<Item = &Hidden> {
        let showing = move |one: &&Membership| {
            let rule = &one.role.restrictions;
            one.role.holds(Permission::EntryRead)
                && one.role.holds(Permission::EntryPreview)
                && one.brands.contains(brand)
                && !rule.hidden.named("versions")
                && rule.admits(now, &self.claims)
                && rule.admits(then, &self.claims)
        };
        self.held.iter().filter(showing).map(|one| &one.role.restrictions.hidden)
    }

    /// Whether one of the roles that show the entry shows what has that GraphQL name.
    #[must_use]
    pub fn shows_named(&self, brand: Uuid, entry: &Facts<'_>, name: &str) -> bool {
        self.shows(brand, entry).any(|hidden| !hidden.named(name))
    }

    /// What is said of an entry outside of the grant.
    fn refused(&self, brand: Uuid, entry: &Facts<'_>) -> Error {
        if self.sees(brand, entry) {
            Error::new(
                Code::Forbidden,
                format!("your roles do not give you {} for this entry", self.permission.name()),
            )
        } else {
            Error::concealed("the entry", brand)
        }
    }

    /// What was granted.
    #[must_use]
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Where it was granted, by any of the memberships.
    #[must_use]
    pub fn brands(&self) -> &BrandScope {
        &self.brands
    }

    /// Passes where the grant covers the brand of a row that was found.
    ///
    /// # Errors
    /// `NOT_FOUND` naming `what`, since the existence of another brand's row is itself a secret.
    pub fn covers(&self, brand: Uuid, what: &str) -> Result<()> {
        if self.brands.contains(brand) { Ok(()) } else { Err(Error::concealed(what, brand)) }
    }

    /// Passes where the grant covers every brand, also those that do not exist yet.
    ///
    /// # Errors
    /// `FORBIDDEN` naming `what` needs that.
    pub fn covers_all(&self, what: &str) -> Result<()> {
        if self.brands == BrandScope::All {
            return Ok(());
        }
        Err(Error::new(Code::Forbidden, format!("{what} needs a right that holds in every brand")))
    }
}

fn unwritable(field: &str) -> Error {
    Error::new(Code::Forbidden, format!("your roles do not let you write {field}"))
}
