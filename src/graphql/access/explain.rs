//! `explainAccess`: which role and rule decide whether somebody may do something.

use async_graphql::{Context, Enum, ID, SimpleObject};
use serde_json::Value;

use crate::{
    domain::{
        Error, Result,
        access::{Permission, Rule, Verdict},
        node::{Kind, NodeId},
    },
    graphql::{context::RequestContext, scalar::Json},
    service::explain::{Question, access},
};

/// What about a role decides, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum AccessRule {
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
    /// It depends on what you do not see of the entry; it is not said to be allowed then.
    Unseen,
    /// It hides or locks the field.
    Field,
    /// Nothing speaks against it.
    Allowed,
}

impl From<Rule> for AccessRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Permission => Self::Permission,
            Rule::Brand => Self::Brand,
            Rule::Published => Self::Published,
            Rule::Types => Self::Types,
            Rule::Locales => Self::Locales,
            Rule::Statuses => Self::Statuses,
            Rule::Rows => Self::Rows,
            Rule::Unseen => Self::Unseen,
            Rule::Field => Self::Field,
            Rule::Allowed => Self::Allowed,
        }
    }
}

/// What one role says.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct AccessVerdict {
    /// The role's name.
    role: String,
    /// What about it decides.
    rule: AccessRule,
    /// The same in words.
    text: String,
}

impl From<Verdict> for AccessVerdict {
    fn from(verdict: Verdict) -> Self {
        Self { role: verdict.role, rule: verdict.rule.into(), text: verdict.words }
    }
}

/// Whether somebody may do something, and why.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct Access {
    /// Whether it is allowed.
    allowed: bool,
    /// The permission that was asked about.
    action: String,
    /// What decides: the role that allows it, or the one that comes nearest; null where no role is held.
    decides: Option<AccessVerdict>,
    /// What each role says.
    roles: Vec<AccessVerdict>,
}

/// Reads the arguments and answers.
pub(in crate::graphql) async fn explain(
    context: &Context<'_>,
    request: &RequestContext,
) -> async_graphql::Result<Access> {
    let node: ID = context.param_value("node", None)?.1;
    let action: String = context.param_value("action", None)?.1;
    let field: Option<String> = context.param_value("field", None)?.1;
    let member: Option<ID> = context.param_value("member", None)?.1;
    let claims: Option<Json> = context.param_value("claims", None)?.1;
    let question = || -> Result<Question> {
        let known = Permission::ALL.map(Permission::name).join(", ");
        let unknown = || Error::invalid("action", "unknown_permission", format!("must be one of {known}"));
        let claims = match claims {
            None => None,
            Some(_) if member.is_none() => {
                return Err(Error::invalid("claims", "requires", "goes with `member`: yours are known"));
            }
            Some(Json(Value::Object(claims))) => Some(claims),
            Some(_) => return Err(Error::invalid("claims", "type", "must be an object")),
        };
        Ok(Question {
            node: NodeId::parse(&node, "node")?,
            action: Permission::find(&action).ok_or_else(unknown)?,
            field,
            member: member.map(|id| NodeId::parse_as(Kind::Member, &id, "member")).transpose()?,
            claims: claims.unwrap_or_default(),
        })
    };
    let answered = async {
        let question = question()?;
        let found = access(&request.services, request.library.catalog(), &request.caller, &question).await?;
        Ok::<_, Error>(Access {
            allowed: found.allowed(),
            action: question.action.name().to_owned(),
            decides: found.decides.map(Into::into),
            roles: found.roles.into_iter().map(Into::into).collect(),
        })
    };
    answered.await.map_err(|error| {
        request.note(&error, "explainAccess");
        request.render(&error)
    })
}
