//! What each mutation is asked in turn, and what its record must say.

use serde_json::{Value, json};

use crate::audit_steps_media::media;

/// What a mutation is asked, and what its record must say. `$name` is the global id of an earlier step's node, `#name` its key.
pub struct Step {
    pub mutation: &'static str,
    /// What later steps call the node.
    pub name: &'static str,
    pub input: Value,
    pub kind: &'static str,
    pub before: Value,
    pub after: Value,
}

pub fn step(
    mutation: &'static str,
    name: &'static str,
    input: Value,
    kind: &'static str,
    before: Value,
    after: Value,
) -> Step {
    Step { mutation, name, input, kind, before, after }
}

#[expect(clippy::too_many_lines, reason = "one line of a table for each mutation")]
pub fn walk() -> Vec<Step> {
    let schema =
        json!({"type": "object", "properties": {"price": {"type": "number"}, "body": {"type": "string"}}});
    let wider = json!({"type": "object", "properties": {"price": {"type": "number"}, "body": {"type": "string"}, "more": {"type": "string"}}});
    let brand = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}, {"code": "de", "fallback": "en"}]});
    let image = |fields: Value| {
        json!({"contentTypeId": "#type", "translationId": "#entry", "slug": "oil", "locale": "en", "title": "Oil", "status": "draft",
            "fields": fields, "sourceId": null, "externalId": null, "version": 1, "publishedAt": null, "scheduledAt": null,
            "publishProblem": null, "deletedAt": null, "tags": ["#tag"]})
    };
    let tag = json!({"slug": "new", "name": "New", "version": 1});
    let category = json!({"parentId": null, "slug": "food", "name": "Food", "position": 0, "version": 1});
    let inner = json!({"parentId": null, "slug": "oils", "name": "Oils", "position": 0, "version": 1});
    let at = "2026-12-01T00:00:00Z";
    let v = |from: i32| (json!({"version": from}), json!({"version": from + 1}));
    let with = |mut side: Value, more: Value| {
        side.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        side
    };
    let change =
        |version: i32, before: Value, after: Value| (with(v(version).0, before), with(v(version).1, after));
    let mut steps = Vec::new();
    let mut add = |mutation, name, input, kind, (before, after)| {
        steps.push(step(mutation, name, input, kind, before, after))
    };

    add(
        "createBrand",
        "brand",
        brand,
        "brand.created",
        (
            Value::Null,
            json!({"slug": "acme", "name": "Acme", "defaultLocale": "en",
        "version": 1, "deletedAt": null, "locales": [{"code": "en", "fallback": null}, {"code": "de", "fallback": "en"}]}),
        ),
    );
    add(
        "updateBrand",
        "brand",
        json!({"id": "$brand", "name": "Acme & Co", "locales": [{"code": "en"}]}),
        "brand.updated",
        change(
            1,
            json!({"name": "Acme", "locales": [{"code": "en", "fallback": null}, {"code": "de", "fallback": "en"}]}),
            json!({"name": "Acme & Co", "locales": [{"code": "en", "fallback": null}]}),
        ),
    );
    add(
        "deleteBrand",
        "brand",
        json!({"id": "$brand"}),
        "brand.deleted",
        change(2, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreBrand",
        "brand",
        json!({"id": "$brand"}),
        "brand.restored",
        change(3, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    add(
        "createContentType",
        "type",
        json!({"brandId": "$brand", "key": "product", "name": "Product", "schema": schema}),
        "content_type.created",
        (
            Value::Null,
            json!({"key": "product", "name": "Product", "description": null, "schema": schema, "version": 1}),
        ),
    );
    add(
        "updateContentType",
        "type",
        json!({"id": "$type", "description": "What we sell", "schema": wider}),
        "content_type.updated",
        change(
            1,
            json!({"description": null, "schema": {"properties": {}}}),
            json!({"description": "What we sell", "schema": {"properties": {"more": {"type": "string"}}}}),
        ),
    );
    add(
        "createTag",
        "tag",
        json!({"brandId": "$brand", "slug": "new", "name": "New"}),
        "tag.created",
        (Value::Null, tag.clone()),
    );
    add(
        "createTag",
        "other",
        json!({"brandId": "$brand", "slug": "old", "name": "Old"}),
        "tag.created",
        (Value::Null, json!({"slug": "old", "name": "Old", "version": 1})),
    );
    add(
        "updateTag",
        "other",
        json!({"id": "$other", "name": "Older"}),
        "tag.updated",
        change(1, json!({"name": "Old"}), json!({"name": "Older"})),
    );
    add(
        "createCategory",
        "food",
        json!({"brandId": "$brand", "slug": "food", "name": "Food"}),
        "category.created",
        (Value::Null, category),
    );
    add(
        "createCategory",
        "oils",
        json!({"brandId": "$brand", "slug": "oils", "name": "Oils"}),
        "category.created",
        (Value::Null, inner),
    );
    add(
        "updateCategory",
        "oils",
        json!({"id": "$oils", "name": "Fats"}),
        "category.updated",
        change(1, json!({"name": "Oils"}), json!({"name": "Fats"})),
    );
    add(
        "moveCategory",
        "oils",
        json!({"id": "$oils", "parentId": "$food", "position": 2}),
        "category.moved",
        change(2, json!({"parentId": null, "position": 0}), json!({"parentId": "#food", "position": 2})),
    );
    add(
        "createEntry",
        "entry",
        json!({"contentTypeId": "$type", "slug": "oil", "title": "Oil", "fields": {"price": 1, "body": "a"}, "tags": ["$tag"]}),
        "entry.created",
        (Value::Null, image(json!({"price": 1, "body": "a"}))),
    );
    add(
        "updateEntry",
        "entry",
        json!({"id": "$entry", "title": "Olive oil", "fieldsPatch": {"price": 2}, "tags": ["$other"]}),
        "entry.updated",
        change(
            1,
            json!({"title": "Oil", "fields": {"price": 1}, "tags": ["#tag"]}),
            json!({"title": "Olive oil", "fields": {"price": 2}, "tags": ["#other"]}),
        ),
    );
    add(
        "setEntryTags",
        "entry",
        json!({"id": "$entry", "mode": "ADD", "tags": ["$tag"]}),
        "entry.updated",
        change(2, json!({"tags": ["#other"]}), json!({"tags": ["#tag", "#other"]})),
    );
    add(
        "setEntryCategories",
        "entry",
        json!({"id": "$entry", "categories": ["$oils"]}),
        "entry.updated",
        change(3, json!({"categories": []}), json!({"categories": ["#oils"]})),
    );
    add(
        "publishEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.published",
        change(
            4,
            json!({"status": "draft", "publishedAt": null}),
            json!({"status": "published", "publishedAt": "2026-11-20T12:00:00Z"}),
        ),
    );
    add(
        "unpublishEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.unpublished",
        change(5, json!({"status": "published"}), json!({"status": "draft"})),
    );
    add(
        "scheduleEntry",
        "entry",
        json!({"id": "$entry", "at": at}),
        "entry.scheduled",
        change(
            6,
            json!({"status": "draft", "scheduledAt": null}),
            json!({"status": "scheduled", "scheduledAt": at}),
        ),
    );
    add(
        "archiveEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.archived",
        change(
            7,
            json!({"status": "scheduled", "scheduledAt": at}),
            json!({"status": "archived", "scheduledAt": null}),
        ),
    );
    add(
        "revertEntry",
        "entry",
        json!({"id": "$entry", "version": 1}),
        "entry.reverted",
        change(
            8,
            json!({"title": "Olive oil", "fields": {"price": 2}, "tags": ["#tag", "#other"], "categories": ["#oils"]}),
            json!({"title": "Oil", "fields": {"price": 1}, "tags": ["#tag"], "categories": []}),
        ),
    );
    add(
        "deleteEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.deleted",
        change(9, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.restored",
        change(10, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    add(
        "deleteEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.deleted",
        change(11, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    let mut gone = with(
        image(json!({"price": 1, "body": "a"})),
        json!({"version": 12, "status": "archived",
        "publishedAt": "2026-11-20T12:00:00Z", "deletedAt": "2026-11-20T12:00:00Z"}),
    );
    gone.as_object_mut().unwrap().remove("tags");
    add("purgeEntry", "entry", json!({"id": "$entry"}), "entry.purged", (gone, Value::Null));
    let mut spare = with(
        image(json!({"price": 1, "body": "a"})),
        json!({"translationId": "#spare", "slug": "spare", "title": "Spare"}),
    );
    spare.as_object_mut().unwrap().remove("tags");
    add(
        "upsertEntry",
        "spare",
        json!({"contentTypeId": "$type", "slug": "spare", "title": "Spare", "fields": {"price": 1, "body": "a"}}),
        "entry.created",
        (Value::Null, spare.clone()),
    );
    add(
        "deleteEntry",
        "spare",
        json!({"id": "$spare"}),
        "entry.deleted",
        change(1, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    let gone = with(spare, json!({"version": 2, "deletedAt": "2026-11-20T12:00:00Z"}));
    add("purgeEntry", "spare", json!({"id": "$spare"}), "entry.purged", (gone, Value::Null));
    for one in media() {
        add(one.mutation, one.name, one.input, one.kind, (one.before, one.after));
    }
    add(
        "deleteCategory",
        "oils",
        json!({"id": "$oils"}),
        "category.deleted",
        (
            json!({"parentId": "#food", "slug": "oils", "name": "Fats", "position": 2, "version": 3}),
            Value::Null,
        ),
    );
    add("deleteTag", "tag", json!({"id": "$tag"}), "tag.deleted", (tag, Value::Null));
    add(
        "deleteContentType",
        "type",
        json!({"id": "$type"}),
        "content_type.deleted",
        (
            json!({"key": "product", "name": "Product", "description": "What we sell", "schema": wider, "version": 2}),
            Value::Null,
        ),
    );
    for (noun, create, rotate, revoke, kinds) in [
        (
            "key",
            "createApiKey",
            "rotateApiKey",
            "revokeApiKey",
            ["api_key.created", "api_key.rotated", "api_key.revoked"],
        ),
        (
            "application",
            "createApplication",
            "rotateApplicationSecret",
            "revokeApplication",
            ["application.created", "application.rotated", "application.revoked"],
        ),
    ] {
        let [created, rotated, revoked] = kinds;
        let secret = json!({"$masked": true});
        add(
            create,
            noun,
            json!({"name": "Website", "roles": ["delivery"], "brands": ["$brand"]}),
            created,
            (
                Value::Null,
                json!({"name": "Website", "roles": ["delivery"], "brands": ["#brand"], "secret": secret,
                    "previousUntil": null, "expiresAt": null, "revokedAt": null, "version": 1}),
            ),
        );
        let id = json!({"id": format!("${noun}")});
        add(
            rotate,
            noun,
            id.clone(),
            rotated,
            change(
                1,
                json!({"secret": secret, "previousUntil": null}),
                json!({"secret": secret, "previousUntil": "2026-11-20T13:00:00Z"}),
            ),
        );
        add(
            revoke,
            noun,
            id,
            revoked,
            change(
                2,
                json!({"previousUntil": "2026-11-20T13:00:00Z", "revokedAt": null}),
                json!({"previousUntil": null, "revokedAt": "2026-11-20T12:00:00Z"}),
            ),
        );
    }
    let role = json!({"name": "writer", "description": null, "permissions": ["brand:read", "entry:read"], "restrictions": {}, "version": 1});
    let given = json!({"brandId": "$brand", "name": "writer", "permissions": ["brand:read", "entry:read"]});
    add("createRole", "role", given, "role.created", (Value::Null, role));
    let some = json!({"types": ["article"]});
    add(
        "updateRole",
        "role",
        json!({"id": "$role", "restrictions": some}),
        "role.updated",
        change(1, json!({"restrictions": {}}), json!({"restrictions": some})),
    );
    let member = json!({"issuer": "brandgraph", "subject": "ann", "role": "editor", "version": 1});
    let given = json!({"brandId": "$brand", "issuer": "brandgraph", "subject": "ann", "role": "editor"});
    add("grantRole", "member", given, "member.created", (Value::Null, member.clone()));
    add("revokeRole", "member", json!({"id": "$member"}), "member.deleted", (member, Value::Null));
    let role = json!({"name": "writer", "description": null, "permissions": ["brand:read", "entry:read"], "restrictions": some, "version": 2});
    add("deleteRole", "role", json!({"id": "$role"}), "role.deleted", (role, Value::Null));
    steps
}
