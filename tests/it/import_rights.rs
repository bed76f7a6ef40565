//! What an import may do is what its caller may do, in all of the brand.

use std::io::Cursor;

use brandgraph::{
    domain::{
        Code, Result,
        access::{BrandScope, Permission as P},
    },
    service::{
        Caller,
        import::{self, Notice, Report, SetAside},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{TestApp, member, own},
    import_file::{CATALOG, CONTENT, bring, told},
};

const IMPORT: [P; 7] = [
    P::BrandRead,
    P::EntryRead,
    P::EntryPreview,
    P::EntryWrite,
    P::EntryPublish,
    P::AssetWrite,
    P::TaxonomyWrite,
];

async fn bring_as(app: &TestApp, permissions: &[P], rule: &Value) -> (Result<Report>, Vec<SetAside>) {
    let actor = member(vec![own(permissions, rule, BrandScope::All)], &Value::Null);
    let caller = Caller { actor, ..Caller::system("test") };
    let mut set_aside = Vec::new();
    let source = Box::new(Cursor::new(CONTENT.as_bytes()));
    let mut notice = |notice: Notice<'_>| {
        if let Notice::SetAside(line) = notice {
            set_aside.push(line.clone());
        }
    };
    let report = import::run(&app.services, &caller, source, None, &mut notice).await;
    (report, set_aside)
}

async fn run(app: &TestApp, sql: &'static str) -> u64 {
    sqlx::query(sql).execute(&mut app.db.connect().await).await.unwrap().rows_affected()
}

#[tokio::test]
async fn a_role_with_restrictions_imports_nothing() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    for (permissions, rule) in
        [(&IMPORT[..6], json!({"locales": ["en"]})), (&IMPORT[..4], json!({})), (&IMPORT[..6], json!({}))]
    {
        let (report, _) = bring_as(&app, permissions, &rule).await;
        assert_eq!(report.unwrap_err().code(), Code::Forbidden, "{rule}");
    }
    assert_eq!(run(&app, "update entry set version = version").await, 0);
    let (report, set_aside) = bring_as(&app, &IMPORT, &json!({})).await;
    assert_eq!((report.unwrap().created, told(&set_aside)), (3, Vec::new()));
}

#[tokio::test]
async fn what_is_in_the_bin_comes_back_for_those_who_may_restore_it() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    assert_eq!(run(&app, "update entry set deleted_at = now() where slug = 'ann'").await, 1);
    let (report, set_aside) = bring_as(&app, &IMPORT, &json!({})).await;
    assert_eq!(told(&set_aside), [(4, "key", "deleted")]);
    assert_eq!(report.unwrap().set_aside, 1);
    let restoring: Vec<P> = IMPORT.into_iter().chain([P::EntryDelete]).collect();
    // The writer, and the article whose reference had to wait for her.
    let (report, set_aside) = bring_as(&app, &restoring, &json!({})).await;
    assert_eq!((report.unwrap().updated, told(&set_aside)), (2, Vec::new()));
    assert_eq!(run(&app, "update entry set version = version where deleted_at is not null").await, 0);
}
