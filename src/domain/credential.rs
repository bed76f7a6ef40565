//! Credentials that are made here: API keys and applications, what they may do, and how their secrets are written.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    Code, Error, Result,
    access::{BrandScope, Membership},
    change,
    text::Name,
};

/// The most roles of one credential.
pub const MAX_ROLES: u32 = 20;
/// The most brands that one credential is limited to.
pub const MAX_BRANDS: u32 = 100;
/// The longest time that an old secret stays good beside the new one. Seconds.
pub const MAX_OVERLAP_SECONDS: i32 = 30 * 24 * 3_600;
/// What an API key begins with.
pub const KEY_PREFIX: &str = "bg_";

/// Which credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// An API key: its secret goes along with every request.
    ApiKey,
    /// An application: its secret is exchanged for short-lived tokens.
    Application,
}

/// A credential that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// What people call it.
    pub name: Name,
    /// The names of its roles.
    pub roles: Vec<String>,
    /// Where they hold.
    pub brands: BrandScope,
    /// When it ends, if ever.
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewCredential {
    /// Puts a credential together, where it makes sense.
    ///
    /// # Errors
    /// `INVALID` for no role, a role or a brand given twice, no brand; `LIMIT_EXCEEDED` for too many.
    pub fn parse(
        name: Name,
        roles: Vec<String>,
        brands: Option<Vec<Uuid>>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Self> {
        if roles.is_empty() {
            return Err(Error::invalid("roles", "required", "must name at least one role"));
        }
        let count = u64::try_from(roles.len()).unwrap_or(u64::MAX);
        if count > u64::from(MAX_ROLES) {
            return Err(Error::limit_at(
                "roles",
                ("credential_roles", "roles of one credential"),
                MAX_ROLES,
                count,
            ));
        }
        if let Some(index) =
            (1..roles.len()).find(|index| roles.iter().take(*index).any(|one| roles.get(*index) == Some(one)))
        {
            return Err(Error::invalid(format!("roles/{index}"), "duplicate", "is given twice"));
        }
        let brands = match brands {
            None => BrandScope::All,
            Some(brands) if brands.is_empty() => {
                let message = "must name at least one brand; leave it out for every brand";
                return Err(Error::invalid("brands", "required", message));
            }
            Some(brands) => BrandScope::Only(change::distinct(brands, MAX_BRANDS, "brands")?),
        };
        Ok(Self { name, roles, brands, expires_at })
    }
}

/// The one brand that a credential belongs to, whose people look after it. Those for several, or for all, belong to those who look
/// after all of them.
#[must_use]
pub fn owner(brands: &BrandScope) -> Option<Uuid> {
    match brands {
        BrandScope::Only(brands) => match brands.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
        BrandScope::All => None,
    }
}

/// Passes where whoever holds these memberships may do everything that the wanted ones would let another do: nobody makes a
/// credential that may do more than its maker.
///
/// # Errors
/// `FORBIDDEN` naming the role.
pub fn may_give(held: &[Membership], wanted: &[Membership]) -> Result<()> {
    for want in wanted {
        for permission in want.role.permissions.iter() {
            let through = held
                .iter()
                .filter(|one| one.role == want.role || (one.unrestricted() && one.role.holds(permission)));
            let brands = through.map(|one| one.brands.clone()).reduce(BrandScope::or);
            if !brands.is_some_and(|brands| within(&want.brands, &brands)) {
                let message = format!(
                    "the role {} may do more than you: it has {} in brands where you have not, or without your restrictions",
                    want.role.name,
                    permission.name()
                );
                return Err(Error::new(Code::Forbidden, message));
            }
        }
    }
    Ok(())
}

fn within(inner: &BrandScope, outer: &BrandScope) -> bool {
    match inner {
        BrandScope::All => *outer == BrandScope::All,
        BrandScope::Only(brands) => brands.iter().all(|brand| outer.contains(*brand)),
    }
}

/// How long the old secret stays good after a rotation.
///
/// # Errors
/// `INVALID` out of bounds.
pub fn overlap(seconds: i32) -> Result<TimeDelta> {
    if (0..=MAX_OVERLAP_SECONDS).contains(&seconds) {
        return Ok(TimeDelta::seconds(i64::from(seconds)));
    }
    let message = format!("must be 0 to {MAX_OVERLAP_SECONDS}");
    Err(Error::invalid("overlapSeconds", "range", message))
}

/// An API key as its bearer writes it: `bg_<id>_<secret>`, id and secret in hexadecimal digits.
#[must_use]
pub fn write_key(id: Uuid, secret: &str) -> String {
    format!("{KEY_PREFIX}{}_{secret}", id.simple())
}

/// The id and the secret in an API key, where it is written as one.
#[must_use]
pub fn read_key(text: &[u8]) -> Option<(Uuid, &[u8])> {
    let rest = text.strip_prefix(KEY_PREFIX.as_bytes())?;
    let (id, secret) = rest.split_at_checked(32)?;
    let secret = secret.strip_prefix(b"_")?;
    // Digits only: a UUID can be written in several ways.
    let id = id.iter().all(u8::is_ascii_hexdigit).then(|| Uuid::try_parse_ascii(id).ok()).flatten()?;
    (secret.len() == 64).then_some((id, secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Role;

    #[test]
    fn a_key_is_read_as_it_was_written_and_in_no_other_way() {
        let id = Uuid::from_u128(7);
        let secret = "a".repeat(64);
        let key = write_key(id, &secret);
        assert_eq!(read_key(key.as_bytes()), Some((id, secret.as_bytes())));
        for wrong in [
            "",
            "bg_",
            "bg_7_x",
            &key[..key.len() - 1],
            &format!("{key}a"),
            &key[1..],
            &key.replace("_a", "-a"),
        ] {
            assert_eq!(read_key(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let only = |brands: &[Uuid]| BrandScope::Only(brands.to_vec());
        let admin = [Role::Admin.within(only(&[here]))];
        assert!(may_give(&admin, &[Role::Editor.within(only(&[here]))]).is_ok());
        assert!(may_give(&admin, &[Role::Admin.within(only(&[here]))]).is_ok());
        for wanted in [
            Role::Owner.within(only(&[here])),
            Role::Viewer.within(only(&[there])),
            Role::Viewer.within(only(&[here, there])),
            Role::Viewer.within(BrandScope::All),
        ] {
            assert!(may_give(&admin, std::slice::from_ref(&wanted)).is_err(), "{wanted:?}");
        }
        let both = [Role::Viewer.within(only(&[here])), Role::Editor.within(only(&[there]))];
        assert!(may_give(&both, &[Role::Viewer.within(only(&[here, there]))]).is_ok());
        assert!(may_give(&both, &[Role::Editor.within(only(&[here, there]))]).is_err());
        assert!(may_give(&[], &[Role::Delivery.within(only(&[here]))]).is_err());
    }
}
