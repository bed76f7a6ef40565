//! What clients give to change roles and members.

use async_graphql::{ID, InputObject, MaybeUndefined};
use serde_json::Value;

use crate::{
    domain::{
        Result,
        access::{Restrictions, RoleRule},
        node::Kind,
        role::{CreateRole, GrantRole, RoleName, UpdateRole, permissions},
        text::Name,
    },
    graphql::{change::Wrong, scalar::Json},
};

/// A role that is to be made.
#[derive(Debug, InputObject)]
pub(super) struct CreateRoleInput {
    /// The brand that it belongs to.
    brand_id: ID,
    /// What tokens call it: 1 to 63 of `a-z 0-9 _`, beginning with a letter; unique in the brand, and no built-in role's.
    name: String,
    /// What it is for, 1 to 200 characters.
    description: Option<String>,
    /// What it gives, as `noun:verb`; `brand:read` at least. You can give what you hold yourself.
    permissions: Vec<String>,
    /// Which entries that is for, and what of them: an object of `types`, `locales`, `statuses` (lists), `rows` (a condition such as `{"field": "fields.market", "in": {"claim": "markets"}}`, `{"all": […]}` or `{"any": […]}`), `read` and `write` (`{"except": ["fields.cost"]}`).
    restrictions: Option<Json>,
}

/// What is to change about a role; what is left out stays.
#[derive(Debug, InputObject)]
pub(super) struct UpdateRoleInput {
    /// The role.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another description; none where it is null.
    description: MaybeUndefined<String>,
    /// Other permissions, all of them.
    permissions: Option<Vec<String>>,
    /// Other restrictions, all of them; `{}` for none.
    restrictions: Option<Json>,
}

/// A role that is to be deleted.
#[derive(Debug, InputObject)]
pub(super) struct DeleteRoleInput {
    /// The role. Nobody may hold it any more.
    pub(super) id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    pub(super) expected_version: Option<i32>,
}

/// A role that is to be somebody's.
#[derive(Debug, InputObject)]
pub(super) struct GrantRoleInput {
    /// The brand that they are to hold it in.
    brand_id: ID,
    /// Who names them: the `iss` of their tokens, 1 to 200 characters.
    issuer: String,
    /// The name that the issuer has for them: the `sub` of their tokens, 1 to 200 characters.
    subject: String,
    /// The name of the role, built in or the brand's own.
    role: String,
}

/// A role that is to be taken back.
#[derive(Debug, InputObject)]
pub(super) struct RevokeRoleInput {
    /// The member.
    pub(super) id: ID,
}

impl CreateRoleInput {
    pub(super) fn parse(self) -> Result<CreateRole> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let name = wrong.take(RoleName::parse(&self.name, "name"));
        let description = wrong.optional(self.description, |text| Name::parse(&text, "description"));
        let permissions = wrong.take(permissions(&self.permissions, "permissions"));
        let restrictions = self.restrictions.map_or(Value::Null, |Json(given)| given);
        let restrictions = wrong.take(Restrictions::parse(&restrictions, "restrictions"));
        let rule = (|| {
            let permissions = permissions?.into_iter().collect();
            let name = name.as_ref()?.as_str().to_owned();
            Some(RoleRule::own(name, permissions, restrictions?, "permissions"))
        })();
        let rule = rule.and_then(|rule| wrong.take(rule));
        let command = (|| Some(CreateRole { brand_id: brand_id?, name: name?, description, rule: rule? }))();
        wrong.finish(command)
    }
}

impl UpdateRoleInput {
    pub(super) fn parse(self) -> Result<UpdateRole> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Role, &self.id, "id");
        let description = wrong.patch(self.description, "description", |text, at| Name::parse(&text, at));
        let permissions = wrong.optional(self.permissions, |names| permissions(&names, "permissions"));
        let restrictions =
            wrong.optional(self.restrictions, |Json(given)| Restrictions::parse(&given, "restrictions"));
        let expected_version = self.expected_version;
        wrong.finish(id.map(|id| UpdateRole { id, expected_version, description, permissions, restrictions }))
    }
}

impl GrantRoleInput {
    pub(super) fn parse(self) -> Result<GrantRole> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let issuer = wrong.take(Name::parse(&self.issuer, "issuer"));
        let subject = wrong.take(Name::parse(&self.subject, "subject"));
        let role = wrong.take(Name::parse(&self.role, "role"));
        let command = (|| {
            Some(GrantRole { brand_id: brand_id?, issuer: issuer?, subject: subject?, role: role?.into() })
        })();
        wrong.finish(command)
    }
}
