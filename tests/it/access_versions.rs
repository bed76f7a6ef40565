//! Versions that a role does not see, and the number of the one there is where it is hidden, come out in no way.

use brandgraph::{domain::access::Role, service::audit};
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

const REVERT: &str =
    "mutation($input: RevertEntryInput!) { revertEntry(input: $input) { entry { title fields } } }";
const BATCH: &str = "mutation($input: BatchInput!) { batch(input: $input) { results { status error { code message details } } } }";
const CREATE: &str = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
const UPDATE: &str = "mutation($input: UpdateEntryInput!) { updateEntry(input: $input) { entry { title } } }";
const EVERYTHING: [&str; 6] =
    ["brand:read", "entry:read", "entry:preview", "entry:write", "entry:publish", "entry:delete"];

/// A brand that writes English and French, and a type of entry in it.
struct Shop<'a> {
    owner: Persona<'a>,
    somebody: Persona<'a>,
    brand: Value,
    kind: Value,
}

impl<'a> Shop<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let owner = app.as_owner();
        let mut ids = Vec::new();
        for slug in ["rival", "acme"] {
            let input = json!({"slug": slug, "name": slug, "defaultLocale": "en", "locales": [{"code": "en"}, {"code": "fr"}]});
            let text = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
            ids.push(owner.data(text, json!({"input": input})).await["createBrand"]["brand"]["id"].take());
        }
        let brand = ids.remove(1);
        let schema = json!({"type": "object", "properties": {"sku": {"type": "string", "x-unique": true}}});
        let input = json!({"brandId": brand, "key": "article", "name": "Article", "schema": schema});
        let text = "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }";
        let mut made = owner.data(text, json!({"input": input})).await;
        let kind = made["createContentType"]["contentType"]["id"].take();
        Self { owner, somebody: app.as_role_in(Role::Delivery, "rival"), brand, kind }
    }

    /// Gives somebody a role with these restrictions, and another subject nothing.
    async fn restrict(&self, restrictions: Value) {
        self.give(&EVERYTHING, restrictions).await;
    }

    async fn give(&self, permissions: &[&str], restrictions: Value) {
        let role = json!({"brandId": self.brand, "name": "some", "permissions": permissions, "restrictions": restrictions});
        let text = "mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }";
        self.owner.data(text, json!({"input": role})).await;
        let given =
            json!({"brandId": self.brand, "issuer": "brandgraph", "subject": "delivery", "role": "some"});
        let text = "mutation($input: GrantRoleInput!) { grantRole(input: $input) { member { id } } }";
        self.owner.data(text, json!({"input": given})).await;
    }

    async fn entry(&self, slug: &str, more: Value) -> Value {
        self.owner.data(CREATE, self.draft(slug, more)).await["createEntry"]["entry"]["id"].take()
    }

    fn draft(&self, slug: &str, more: Value) -> Value {
        let mut input = json!({"contentTypeId": self.kind, "slug": slug, "title": slug, "fields": {}});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"input": input})
    }

    async fn update(&self, id: &Value, more: Value) {
        let mut input = json!({"id": id});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.owner.data(UPDATE, json!({"input": input})).await;
    }

    async fn publish(&self, id: &Value) {
        let text = "mutation($id: ID!) { publishEntry(input: {id: $id}) { entry { id } } }";
        self.owner.data(text, json!({"id": id})).await;
    }

    /// What an operation of a batch that is only tried fails with, and one that is done.
    async fn in_batches(&self, operation: Value) -> [Value; 2] {
        let tried = async |dry: bool| {
            let input = json!({"mode": "PER_ITEM", "dryRun": dry, "operations": [operation]});
            self.somebody.data(BATCH, json!({"input": input})).await["batch"]["results"][0]["error"].take()
        };
        [tried(true).await, tried(false).await]
    }
}

/// What was concealed from somebody, by what they asked for, with how often.
async fn concealed(app: &TestApp) -> Value {
    audit::flush(&app.services, true).await.unwrap();
    let sql = "select coalesce(jsonb_object_agg(what, count), '{}') from (select detail->>'what' as what, sum(count) as count \
        from audit_record where reason = 'concealed' and brand is not null and actor = 'user:delivery' group by 1) r";
    sqlx::query_scalar(sql).fetch_one(&mut app.db.connect().await).await.unwrap()
}

async fn unreachable(shop: &Shop<'_>, entry: &Value, versions: &[i32]) {
    for version in versions {
        let input = json!({"id": entry, "version": version});
        let error = shop.somebody.error(REVERT, json!({"input": input})).await;
        let message = format!("version {version} of the entry was not found");
        assert_eq!(
            (&error["extensions"]["code"], &error["message"]),
            (&json!("NOT_FOUND"), &json!(message)),
            "{error}"
        );
        for error in shop.in_batches(json!({"revertEntry": input})).await {
            assert_eq!((&error["code"], &error["message"]), (&json!("NOT_FOUND"), &json!(message)));
        }
    }
}

#[tokio::test]
async fn a_version_of_a_status_out_of_sight_is_not_brought_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.restrict(json!({"statuses": ["PUBLISHED"]})).await;
    let entry = shop.entry("one", json!({"title": "EMBARGOED"})).await;
    shop.update(&entry, json!({"title": "Public"})).await;
    shop.publish(&entry).await;
    let text = "query($id: ID!) { entry(by: {id: $id}) { versions(first: 9) { nodes { version } } } }";
    let seen = shop.somebody.data(text, json!({"id": entry})).await;
    assert_eq!(seen["entry"]["versions"]["nodes"], json!([{"version": 3}]));
    // One that there is, and one that there is not.
    unreachable(&shop, &entry, &[1, 99]).await;
    assert_eq!(concealed(&app).await, json!({"revertEntry": 3}), "what there is leaves a record");
    let input = json!({"input": {"id": entry, "version": 3}});
    assert_eq!(shop.somebody.data(REVERT, input).await["revertEntry"]["entry"]["title"], "Public");
}

#[tokio::test]
async fn a_version_whose_row_was_out_of_sight_is_not_brought_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let rows = json!({"field": "fields.market", "eq": "de"});
    shop.restrict(json!({"rows": rows, "read": {"except": ["fields.market"]}})).await;
    let entry = shop.entry("one", json!({"fields": {"market": "fr", "text": "secret"}})).await;
    shop.update(&entry, json!({"fields": {"market": "de", "text": "open"}})).await;
    shop.update(&entry, json!({"fields": {"market": "de", "text": "new"}})).await;
    unreachable(&shop, &entry, &[1, 99]).await;
    assert_eq!(concealed(&app).await, json!({"revertEntry": 3}));
    let input = json!({"input": {"id": entry, "version": 2}});
    let back = shop.somebody.data(REVERT, input).await["revertEntry"]["entry"].take();
    assert_eq!(back["fields"], json!({"text": "open"}));
}

#[tokio::test]
async fn who_sees_only_what_is_public_brings_nothing_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.give(&["brand:read", "entry:read", "entry:write", "entry:publish"], json!({})).await;
    let entry = shop.entry("one", json!({"title": "EMBARGOED"})).await;
    shop.update(&entry, json!({"title": "Public"})).await;
    shop.publish(&entry).await;
    unreachable(&shop, &entry, &[1, 99]).await;
}

#[tokio::test]
async fn who_sees_no_versions_brings_none_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.restrict(json!({"read": {"except": ["versions"]}})).await;
    let entry = shop.entry("one", json!({})).await;
    for version in [1, 99] {
        let input = json!({"id": entry, "version": version});
        assert_eq!(shop.somebody.code(REVERT, json!({"input": input})).await, "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_hidden_version_is_told_by_no_conflict_and_no_payload() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.restrict(json!({"read": {"except": ["version", "versions"]}})).await;
    let entry = shop.entry("one", json!({})).await;
    for title in ["two", "three", "four", "five", "six", "seven"] {
        shop.update(&entry, json!({"title": title})).await;
    }
    let input = json!({"id": entry, "expectedVersion": 1, "title": "x"});
    let error = shop.somebody.error(UPDATE, json!({"input": input})).await;
    assert_eq!(error["extensions"]["code"], "CONFLICT");
    assert!(!error["message"].to_string().contains('7'), "{error}");
    assert_eq!(error["extensions"]["details"], json!({"expected": 1}), "{error}");
    for error in shop.in_batches(json!({"updateEntry": input})).await {
        assert_eq!((&error["code"], &error["details"]), (&json!("CONFLICT"), &json!({"expected": 1})));
    }
    // What is never null is refused where it is selected, before anything is done.
    let text = "mutation($input: BatchInput!) { batch(input: $input) { results { status version } } }";
    let input = json!({"mode": "ATOMIC", "operations": [{"updateEntry": {"id": entry, "title": "x"}}]});
    assert_eq!(shop.somebody.code(text, json!({"input": input})).await, "FORBIDDEN");
    let text = "mutation($id: ID!) { deleteEntry(input: {id: $id}) { deletedId version } }";
    assert_eq!(shop.somebody.code(text, json!({"id": entry})).await, "FORBIDDEN");
    let seen =
        shop.owner.data("query($id: ID!) { entry(by: {id: $id}) { title version } }", json!({"id": entry}));
    assert_eq!(seen.await["entry"], json!({"title": "seven", "version": 7}));
    let text = "mutation($id: ID!) { deleteEntry(input: {id: $id}) { deletedId } }";
    shop.somebody.data(text, json!({"id": entry})).await;
    // Who sees it is told.
    let input = json!({"id": shop.entry("other", json!({})).await, "expectedVersion": 7, "title": "x"});
    let error = shop.owner.error(UPDATE, json!({"input": input})).await;
    assert_eq!(error["extensions"]["details"], json!({"expected": 7, "current": 1}), "{error}");
}

#[tokio::test]
async fn whatever_is_taken_by_an_entry_out_of_sight_leaves_a_record() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.restrict(json!({"rows": {"field": "fields.market", "eq": "de"}})).await;
    let seen = |more: Value| {
        let mut fields = json!({"market": "de"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"fields": fields})
    };
    let entry = shop.entry("one", seen(json!({"sku": "a"}))).await;
    shop.entry("un", json!({"locale": "fr", "translationOf": entry})).await;
    shop.entry("other", json!({"fields": {"sku": "b"}})).await;
    // A translation.
    let mut draft = seen(json!({}));
    draft
        .as_object_mut()
        .unwrap()
        .extend([("locale".into(), json!("fr")), ("translationOf".into(), entry.clone())]);
    assert_eq!(shop.somebody.code(CREATE, shop.draft("deux", draft)).await, "CONFLICT");
    assert_eq!(concealed(&app).await, json!({"createEntry": 1}), "a translation");
    // A unique value.
    let taken = shop.draft("new", seen(json!({"sku": "b"})));
    assert_eq!(shop.somebody.code(CREATE, taken).await, "CONFLICT");
    assert_eq!(concealed(&app).await, json!({"createEntry": 2}), "a unique value of a new entry");
    let input = json!({"id": entry, "fieldsPatch": {"sku": "b"}});
    assert_eq!(shop.somebody.code(UPDATE, json!({"input": input})).await, "CONFLICT");
    assert_eq!(concealed(&app).await["updateEntry"], json!(1), "a unique value");
    // What the entry had once.
    shop.update(&entry, json!({"slug": "once", "fieldsPatch": {"sku": "c"}})).await;
    shop.update(&entry, json!({"slug": "now", "fieldsPatch": {"sku": "d"}})).await;
    let holder = shop.entry("once", json!({})).await;
    let back = json!({"input": {"id": entry, "version": 2}});
    assert_eq!(shop.somebody.code(REVERT, back).await, "CONFLICT");
    assert_eq!(concealed(&app).await["revertEntry"], json!(1), "a slug from before");
    shop.update(&holder, json!({"slug": "twice", "fields": {"sku": "c"}})).await;
    assert_eq!(shop.somebody.code(REVERT, json!({"input": {"id": entry, "version": 2}})).await, "CONFLICT");
    assert_eq!(concealed(&app).await["revertEntry"], json!(2), "a unique value from before");
    // What it had when it was deleted.
    let text = "mutation($id: ID!) { deleteEntry(input: {id: $id}) { deletedId } }";
    shop.somebody.data(text, json!({"id": entry})).await;
    shop.update(&holder, json!({"slug": "now", "fields": {}})).await;
    let restore = "mutation($id: ID!) { restoreEntry(input: {id: $id}) { entry { id } } }";
    assert_eq!(shop.somebody.code(restore, json!({"id": entry})).await, "CONFLICT");
    assert_eq!(concealed(&app).await["restoreEntry"], json!(1), "a slug");
    shop.update(&holder, json!({"slug": "free", "fields": {"sku": "d"}})).await;
    assert_eq!(shop.somebody.code(restore, json!({"id": entry})).await, "CONFLICT");
    assert_eq!(concealed(&app).await["restoreEntry"], json!(2), "a unique value");
    // What the caller sees leaves none.
    let own = shop.entry("mine", seen(json!({"sku": "m"}))).await;
    let input = json!({"id": own, "slug": "one"});
    shop.entry("one", seen(json!({}))).await;
    assert_eq!(shop.somebody.code(UPDATE, json!({"input": input})).await, "CONFLICT");
    assert_eq!(concealed(&app).await["updateEntry"], json!(1));
}

#[tokio::test]
async fn a_type_out_of_sight_is_not_explained() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.restrict(json!({"types": ["other"]})).await;
    let text = "query($id: ID!) { explainAccess(node: $id, action: \"brand:read\") { allowed } }";
    let nowhere = json!(format!("type_{}", uuid::Uuid::from_u128(7)));
    for id in [&shop.kind, &nowhere] {
        assert_eq!(shop.somebody.code(text, json!({"id": id})).await, "NOT_FOUND");
    }
    assert_eq!(concealed(&app).await, json!({"explainAccess": 1}));
}
