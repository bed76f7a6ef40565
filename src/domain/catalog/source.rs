//! Sources: the platforms that content is pulled from, and the record of each pull.

use super::{EnumType, EnumValue, Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn source() -> Noun {
    Noun {
        name: "Source".into(),
        plural: "sources",
        doc: "A content management platform that content is pulled from.",
        kind: Some(Kind::Source),
        table: "source",
        key: "id",
        read: Permission::SourceRead,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: true,
        content: false,
        feed: ("name", false),
        fields: vec![
            Field::key("The global id."),
            Field::column("name", "name", Scalar::Text, "The name in commands and addresses, unique.")
                .unique()
                .sorts(),
            Field::column(
                "connector",
                "connector_name",
                Scalar::Text,
                "The preset that describes the platform's API, or `inline` for a connector file of its own.",
            ),
            Field::column("baseUrl", "base_url", Scalar::Text, "Where the platform's API is."),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand that the content is for.")
                .filters(),
            Field::connection(
                "entries",
                "Entry",
                Join::from("source_id"),
                "The entries that came from here.",
            ),
            Field::connection("assets", "Asset", Join::from("source_id"), "The assets that came from here."),
            Field::connection("runs", "SyncRun", Join::from("source_id"), "The pulls, newest first."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the source was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the source was last changed.")
                .sorts(),
        ],
    }
}

/// How a pull ended.
static STATUS: EnumType = EnumType {
    name: "SyncStatus",
    doc: "How far a pull has come.",
    values: &[
        EnumValue { name: "RUNNING", sql: "running", doc: "It goes on." },
        EnumValue { name: "SUCCEEDED", sql: "succeeded", doc: "Everything was taken over." },
        EnumValue {
            name: "PARTIAL",
            sql: "partial",
            doc: "Some items were set aside; `failures` names them.",
        },
        EnumValue { name: "FAILED", sql: "failed", doc: "It stopped early; `error` says why." },
    ],
};

pub(super) fn run() -> Noun {
    Noun {
        name: "SyncRun".into(),
        plural: "syncRuns",
        doc: "One pull from a source.",
        kind: Some(Kind::SyncRun),
        table: "sync_run",
        key: "id",
        read: Permission::SourceRead,
        scope: Scope::Through { column: "source_id", noun: "Source" },
        trash: false,
        few: false,
        content: false,
        feed: ("started_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::one("source", "Source", Join::to("source_id"), "The source.").filters(),
            Field::column("status", "status", Scalar::Enum(&STATUS), "How far it has come."),
            Field::column("seen", "seen", Scalar::Int, "Items that the platform listed."),
            Field::column("created", "created", Scalar::Int, "Items that were new."),
            Field::column("updated", "updated", Scalar::Int, "Items that had changed."),
            Field::column(
                "unchanged",
                "unchanged",
                Scalar::Int,
                "Items that were as before; nothing was written for them.",
            ),
            Field::column("failed", "failed", Scalar::Int, "Items that were set aside.").sorts(),
            Field::column("errorCode", "error_code", Scalar::Text, "The constant code of what stopped it.")
                .optional(),
            Field::column("error", "error", Scalar::Text, "What stopped it.").optional(),
            Field::column(
                "failures",
                "failures",
                Scalar::Json,
                "The items that were set aside, with the reason for each.",
            ),
            Field::column("startedAt", "started_at", Scalar::Moment, "When it began.").sorts(),
            Field::column("finishedAt", "finished_at", Scalar::Moment, "When it ended; none while it runs.")
                .optional()
                .sorts(),
        ],
    }
}
