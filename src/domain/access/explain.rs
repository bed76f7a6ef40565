//! Why somebody may or may not do something: each role that they hold, and what about it decides.

use uuid::Uuid;

use super::{
    actor::{Actor, BrandScope},
    condition::{Claims, Target},
    field::Hidden,
    permission::Permission,
    restriction::Facts,
    rule::Membership,
};
use crate::domain::entry::Status;

/// What about a role decides, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The role does not give the permission.
    Permission,
    /// It holds in other brands.
    Brand,
    /// It shows only what is public.
    Published,
    /// It is restricted to other types.
    Types,
    /// It is restricted to other locales.
    Locales,
    /// It is restricted to other statuses.
    Statuses,
    /// Its condition does not hold for the entry.
    Rows,
    /// It depends on what whoever asks does not see of the entry.
    Unseen,
    /// It hides or locks the field.
    Field,
    /// Nothing speaks against it: the role allows it.
    Allowed,
}

impl Rule {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Permission => "PERMISSION",
            Self::Brand => "BRAND",
            Self::Published => "PUBLISHED",
            Self::Types => "TYPES",
            Self::Locales => "LOCALES",
            Self::Statuses => "STATUSES",
            Self::Rows => "ROWS",
            Self::Unseen => "UNSEEN",
            Self::Field => "FIELD",
            Self::Allowed => "ALLOWED",
        }
    }
}

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What is to be done.
    pub action: Permission,
    /// Where.
    pub brand: Uuid,
    /// The entry, where it is one.
    pub entry: Option<Facts<'a>>,
    /// A field of it, by its GraphQL name or as `fields.…`.
    pub field: Option<&'a str>,
    /// What each of the roles hides that show the entry to whoever asks. Only what all of them hide is not seen; where there are
    /// none, everything is.
    pub hidden: &'a [&'a Hidden],
}

impl Asked<'_> {
    /// Whether the asker does not see something, by its GraphQL name.
    fn unseen(&self, name: &str) -> bool {
        !self.hidden.is_empty() && self.hidden.iter().all(|hidden| hidden.named(name))
    }
}

/// What one role says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The role's name.
    pub role: String,
    /// What decides.
    pub rule: Rule,
    /// The same in words.
    pub words: String,
}

/// What each role of an actor says.
#[must_use]
pub fn explain(actor: &Actor, asked: &Asked<'_>) -> Vec<Verdict> {
    let empty = Claims::new();
    let claims = match actor {
        Actor::User(who) => &*who.claims,
        Actor::Anonymous | Actor::System(_) => &empty,
    };
    let each = actor.memberships().iter().map(|one| {
        let rule = decide(one, asked, claims);
        Verdict { role: one.role.name.clone(), rule, words: words(one, rule, asked) }
    });
    each.collect()
}

fn decide(one: &Membership, asked: &Asked<'_>, claims: &Claims) -> Rule {
    let restrictions = &one.role.restrictions;
    if !one.role.holds(asked.action) {
        return Rule::Permission;
    }
    if !one.brands.contains(asked.brand) {
        return Rule::Brand;
    }
    let Some(entry) = &asked.entry else { return Rule::Allowed };
    let among = |list: &Option<std::collections::BTreeSet<String>>, found: &str| {
        list.as_ref().is_none_or(|list| list.contains(found))
    };
    if hangs_on_unseen(one, asked) {
        return Rule::Unseen;
    }
    let public = entry.status == Status::Published.name();
    if asked.action == Permission::EntryRead && !public && !one.role.holds(Permission::EntryPreview) {
        return Rule::Published;
    }
    if !among(&restrictions.types, entry.type_key) {
        return Rule::Types;
    }
    if !among(&restrictions.locales, entry.locale) {
        return Rule::Locales;
    }
    if restrictions.statuses.as_ref().is_some_and(|some| some.iter().all(|one| one.name() != entry.status)) {
        return Rule::Statuses;
    }
    if !restrictions.admits(entry, claims) {
        return Rule::Rows;
    }
    let reads = matches!(asked.action, Permission::EntryRead | Permission::EntryPreview);
    match asked.field {
        Some(field) if restrictions.hidden.named(field) || (!reads && restrictions.locked.named(field)) => {
            Rule::Field
        }
        _ => Rule::Allowed,
    }
}

/// Whether the answer would tell what the asker does not see. It is the same then whatever the entry holds.
fn hangs_on_unseen(one: &Membership, asked: &Asked<'_>) -> bool {
    let rule = &one.role.restrictions;
    let public_only = asked.action == Permission::EntryRead && !one.role.holds(Permission::EntryPreview);
    let compared = |target: &Target| match target {
        Target::Slug => asked.unseen("slug"),
        Target::ExternalId => asked.unseen("externalId"),
        Target::Custom(path) => asked.unseen(&format!("fields.{path}")),
    };
    ((public_only || rule.statuses.is_some()) && asked.unseen("status"))
        || (rule.locales.is_some() && asked.unseen("locale"))
        || rule.rows.as_ref().is_some_and(|rows| rows.compares(&compared))
}

fn words(one: &Membership, rule: Rule, asked: &Asked<'_>) -> String {
    let (role, action) = (&one.role.name, asked.action.name());
    let only = match one.brands {
        BrandScope::All => "in every brand",
        BrandScope::Only(_) => "in its brands",
    };
    match rule {
        Rule::Permission => format!("the role {role} does not give {action}"),
        Rule::Brand => format!("the role {role} gives {action}, but in other brands"),
        Rule::Published => format!("the role {role} shows what is public; this entry is not"),
        Rule::Types => format!("the role {role} is restricted to other types of entry"),
        Rule::Locales => format!("the role {role} is restricted to other locales"),
        Rule::Statuses => format!("the role {role} is restricted to entries of another status"),
        Rule::Rows => format!("the role {role} has a condition that this entry does not satisfy"),
        Rule::Unseen => {
            format!("whether the role {role} gives {action} depends on what you do not see of this entry")
        }
        Rule::Field => {
            format!(
                "the role {role} gives {action} for this entry, but not for {}",
                asked.field.unwrap_or_default()
            )
        }
        Rule::Allowed => format!("the role {role} gives {action} {only}"),
    }
}
