//! The record of what was done and refused.

use super::{EnumType, EnumValue, Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

static OUTCOME: EnumType = EnumType {
    name: "AuditOutcome",
    doc: "What came of it.",
    values: &[
        EnumValue { name: "DONE", sql: "done", doc: "It was done." },
        EnumValue { name: "REFUSED", sql: "refused", doc: "It was refused; `reason` says why." },
    ],
};

pub(super) fn record() -> Noun {
    Noun {
        name: "AuditRecord".into(),
        plural: "audit records",
        doc: "One thing that was done or refused: who, what, when, from where, and what it was before and after. It is never changed.",
        kind: Some(Kind::AuditRecord),
        table: "audit_record",
        key: "id",
        read: Permission::AuditRead,
        // What is about no brand is for those alone whose right holds in every brand; what is about a deleted one stays.
        scope: Scope::Column("brand"),
        trash: false,
        few: false,
        content: false,
        feed: ("created_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When it happened; of refusals told together, the first.").sorts(),
            Field::column(
                "actor",
                "actor",
                Scalar::Text,
                "Who: `user:` and issuer, `#` and subject (the subject alone for development tokens), `key:` or `application:` and its id, `system:` and why brandgraph did it by itself, or `anonymous`.",
            ),
            Field::column(
                "credential",
                "credential",
                Scalar::Text,
                "How that was proven: `token:` and the issuer, `api_key:` or `application:` and its key.",
            )
            .optional(),
            Field::column(
                "kind",
                "kind",
                Scalar::Text,
                "What: a noun and what happened to it (`entry.updated`, `content.imported`), or what was refused (`login.refused`, `access.refused`, `request.limited`).",
            ),
            Field::column("outcome", "outcome", Scalar::Enum(&OUTCOME), "Whether it was done or refused."),
            Field::column("reason", "reason", Scalar::Text, "Why it was refused: a constant code.").optional(),
            Field::column("nodeId", "node", Scalar::Text, "The global id of what it happened to, also where that is gone.")
                .optional(),
            Field::one("brand", "Brand", Join::to("brand"), "The brand it happened in; null where it is about all of them, or the brand is deleted.")
                .optional()
                .filters(),
            Field::column("ip", "ip", Scalar::Text, "The client's address, as the server saw it.").optional(),
            Field::column("userAgent", "user_agent", Scalar::Text, "What the client called itself.").optional(),
            Field::column("requestId", "request_id", Scalar::Text, "The request, as in `X-Request-Id` and in the log.")
                .optional(),
            Field::column("count", "count", Scalar::Int, "How often it happened: 1, but for refusals that are told together."),
            Field::column(
                "before",
                "before",
                Scalar::Json,
                "What changed, as it was; null where nothing was there. A long value is `{$truncated, bytes, sha256}`, a secret one `{$masked}`.",
            )
            .optional(),
            Field::column("after", "after", Scalar::Json, "What changed, as it is since; null where nothing is there any more.")
                .optional(),
            Field::column("detail", "detail", Scalar::Json, "What a reader needs beside that; `counts` of an import, `what` was refused."),
        ],
    }
}
