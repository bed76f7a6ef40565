//! Why somebody may or may not do something with a node.

use std::sync::Arc;

use uuid::Uuid;

use super::{Caller, Services, roles};
use crate::{
    domain::{
        Code, Error, Result,
        access::{
            Actor, Asked, Claims, Credential, Hidden, Membership, Permission, Principal, Rule, Verdict,
            explain,
        },
        catalog::{Catalog, Noun},
        fields::FieldPath,
        node::{Kind, NodeId},
    },
    store,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What something is to be done with.
    pub node: NodeId,
    /// What is to be done.
    pub action: Permission,
    /// The field that it is about.
    pub field: Option<String>,
    /// The member that is to do it; the caller where none is given.
    pub member: Option<Uuid>,
    /// What the member's token claims, as far as the caller says.
    pub claims: Claims,
}

/// The answer: what decides, and what each role says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What decides: the role that allows it, or the one that comes nearest to it. None where no role is held at all.
    pub decides: Option<Verdict>,
    /// Each role.
    pub roles: Vec<Verdict>,
}

impl Explanation {
    /// Whether it is allowed.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.decides.as_ref().is_some_and(|verdict| verdict.rule == Rule::Allowed)
    }
}

/// Which role and rule decide.
///
/// # Errors
/// `UNAUTHENTICATED` without a credential; `INVALID` for a field that such nodes do not have; `NOT_FOUND` for a node that the caller does not see, or a member of a brand whose
/// access the caller does not manage; `FORBIDDEN` to ask about members without `access:manage`, or with claims where the caller
/// does not see all of the brand's entries.
pub async fn access(
    services: &Services,
    catalog: &Catalog,
    caller: &Caller,
    question: &Question,
) -> Result<Explanation> {
    let NodeId { kind, id } = question.node;
    let missing = || Error::not_found("the node");
    let noun = catalog.noun(kind.type_name())?;
    let grant = caller.actor.grant(noun.read)?;
    if let Some(field) = &question.field {
        has_field(noun, field)?;
    }
    let brand = store::explain::brand_of(&services.db, kind, id).await?.ok_or_else(missing)?;
    grant.covers(brand, "the node")?;
    if kind == Kind::ContentType {
        let key = store::explain::type_key(&services.db, id).await?.ok_or_else(missing)?;
        grant.covers_type(brand, &key).map_err(|unseen| unseen.calling_it("the node"))?;
    }
    let entry = match kind {
        Kind::Entry => Some(store::explain::entry(&services.db, id).await?.ok_or_else(missing)?),
        _ => None,
    };
    if entry.as_ref().is_some_and(|entry| !grant.sees(brand, &entry.facts())) {
        return Err(Error::concealed("the node", brand));
    }
    let all = |one: &Membership| {
        one.unrestricted() && one.brands.contains(brand) && one.role.holds(Permission::EntryPreview)
    };
    let blind = entry.is_some() && !grant.through().any(all);
    if blind && !question.claims.is_empty() {
        let message =
            "claims are for those who see all of the brand's entries: the answers would tell what they hold";
        return Err(Error::new(Code::Forbidden, message));
    }
    let other = match question.member {
        Some(member) => Some(member_of(services, caller, (member, &question.claims), brand).await?),
        None => None,
    };
    // Whoever sees the entry by one role knows already what about it lets that role show it.
    let known =
        question.member.is_none() && grant.through().filter(|one| one.brands.contains(brand)).count() == 1;
    let hidden: Vec<&Hidden> = match &entry {
        Some(entry) if blind && !known => grant.shows(brand, &entry.facts()).collect(),
        _ => Vec::new(),
    };
    let asked = Asked {
        hidden: &hidden,
        action: question.action,
        brand,
        entry: entry.as_ref().map(store::explain::Found::facts),
        field: question.field.as_deref(),
    };
    let roles = explain(other.as_ref().unwrap_or(&caller.actor), &asked);
    // The last of those that come furthest; what allows comes furthest of all.
    let decides = roles.iter().max_by_key(|verdict| verdict.rule).cloned();
    Ok(Explanation { decides, roles })
}

/// Passes where nodes of a noun have a field: by its name, or inside of custom fields, which differ from type to type.
fn has_field(noun: &Noun, field: &str) -> Result<()> {
    let custom = noun.field("fields").and(field.strip_prefix("fields."));
    match custom {
        Some(path) if FieldPath::parse(path, "field").is_ok() => Ok(()),
        None if noun.field(field).is_some() => Ok(()),
        _ => {
            let message = format!("{} has no field {field:?}; custom ones are `fields.…`", noun.name);
            Err(Error::invalid("field", "unknown_field", message))
        }
    }
}

/// Somebody with what was given to them in the brand; what their tokens say beside that is known as far as the caller says it.
async fn member_of(
    services: &Services,
    caller: &Caller,
    (id, claims): (Uuid, &Claims),
    brand: Uuid,
) -> Result<Actor> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let found = store::member::find(&services.db, id).await?;
    let row = found.ok_or_else(|| Error::not_found("the member"))?;
    grant.covers(row.brand_id, "the member")?;
    if row.brand_id != brand {
        return Err(Error::not_found("the member"));
    }
    let given = roles::given(services, &row.issuer, &row.subject).await?;
    let here = given.iter().filter(|one| one.brands.contains(brand)).cloned().collect();
    Ok(Actor::User(Principal {
        subject: row.subject,
        credential: Credential::Token { issuer: row.issuer.into() },
        memberships: here,
        claims: Arc::new(claims.clone()),
    }))
}
