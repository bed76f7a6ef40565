//! `brandgraph import` and `brandgraph export` from the outside: killed and begun again, set aside and mended.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use brandgraph::domain::access::Role;

use crate::{
    harness::TestApp,
    import_file::{CATALOG, CONTENT},
};

/// A folder of its own, removed where it ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("export-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(app: &TestApp, folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brandgraph"));
    command.args(arguments).env_clear().env("DATABASE_URL", app.db.url()).current_dir(&folder.0);
    command
        .env("BRANDGRAPH__LOG__FILTER", "off")
        .env("BRANDGRAPH__AUTH__SECRET", "a secret of the tests that is long enough");
    command
}

fn run(app: &TestApp, folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(app, folder, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

async fn count(app: &TestApp) -> i64 {
    let sql = "select count(*) from entry";
    sqlx::query_scalar(sql).fetch_one(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let mut text = CATALOG.to_owned();
    for number in 0..20_000 {
        text.push_str(&format!(
            r#"{{"kind":"entry","brand":"acme","key":{{"resource":"author","id":"{number}"}},"type":"author","slug":"w{number}","title":"Writer {number}"}}"#
        ));
        text.push('\n');
    }
    let file = folder.write("many.ndjson", &text);
    let mut first = command(&app, &folder, &["import", &file]).stdout(Stdio::null()).spawn().unwrap();
    while count(&app).await == 0 {
        assert_eq!(first.try_wait().unwrap(), None, "it ended before it could be killed");
        tokio::task::yield_now().await;
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let before = count(&app).await;
    assert!((1..20_000).contains(&before), "{before}");
    let (code, told, wrong) = run(&app, &folder, &["import", &file]);
    assert_eq!(code, Some(0), "{wrong}");
    let (created, unchanged) = (count_of(&told, "created"), count_of(&told, "unchanged"));
    assert!(created > 0 && unchanged > 5 && created + unchanged == 20_005, "{told}");
    assert_eq!(count(&app).await, 20_000);
    let twice =
        "select count(*) from (select from entry_version group by entry_id having count(*) > 1) twice";
    let twice: i64 = sqlx::query_scalar(twice).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(twice, 0);
}

/// The number before a word in the last line.
fn count_of(told: &str, word: &str) -> i64 {
    let words: Vec<&str> = told.lines().last().unwrap().split(' ').collect();
    let place = words.iter().position(|found| found.trim_end_matches(',') == word).unwrap();
    words[place - 1].parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_goes_out_and_comes_in_and_what_was_set_aside_is_kept() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let wrong = r#"{"kind":"tag","brand":"acme","slug":"No Slug","name":"X"}"#;
    let file = folder.write("content.ndjson", &format!("{CATALOG}{CONTENT}{wrong}\nnonsense"));
    let (code, _, told) = run(&app, &folder, &["import", &file, "--set-aside", "left.ndjson"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("content.ndjson:12: "), "{told}");
    let left = std::fs::read_to_string(folder.0.join("left.ndjson")).unwrap();
    assert_eq!(left, format!("{wrong}\nnonsense\n"));

    let (code, told, wrong) = run(&app, &folder, &["export", "--brand", "acme", "--output", "acme.ndjson"]);
    assert_eq!(code, Some(0), "{wrong}");
    assert!(told.contains("2 entries, 1 assets"), "{told}");
    let whole = std::fs::read_to_string(folder.0.join("acme.ndjson")).unwrap();
    let (code, text, _) = run(&app, &folder, &["export", "--brand", "acme"]);
    assert_eq!((code, &text), (Some(0), &whole));
    let other = TestApp::start().await;
    let (code, _, wrong) = run(&other, &folder, &["import", "acme.ndjson"]);
    assert_eq!(code, Some(0), "{wrong}");
    let (_, text, _) = run(&other, &folder, &["export", "--brand", "acme"]);
    assert_eq!(text, whole);

    let token =
        command(&app, &folder, &["export", "--brand", "acme"]).env("BRANDGRAPH_TOKEN", "nonsense").output();
    let token = token.unwrap();
    assert_eq!((token.status.code(), token.stdout.len()), (Some(1), 0));
    for empty in ["", " "] {
        let refused = command(&app, &folder, &["export", "--brand", "acme"])
            .env("BRANDGRAPH_TOKEN", empty)
            .output()
            .unwrap();
        assert_eq!(
            (refused.status.code(), refused.stdout.len()),
            (Some(2), 0),
            "a token that was not found shows nothing"
        );
    }
    let (code, _, wrong) = run(&app, &folder, &["export", "--brand", "none", "--output", "none.ndjson"]);
    assert_eq!(code, Some(1), "{wrong}");
    assert!(wrong.contains("the brand"), "{wrong}");
    let files = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name());
    assert!(files.map(|name| name.into_string().unwrap()).all(|name| !name.contains("none")));
}

/// A file of a brand whose first line is wrong.
fn with_wrong(folder: &Folder) -> (String, String) {
    let text = format!("nonsense\n{}{}", CATALOG.trim_start(), CONTENT.trim_start());
    (folder.write("left.ndjson", &text), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_set_aside_are_never_lost() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let (file, text) = with_wrong(&folder);
    std::fs::hard_link(&file, folder.0.join("linked.ndjson")).unwrap();
    std::os::unix::fs::symlink(&file, folder.0.join("led.ndjson")).unwrap();
    let refused = ["left.ndjson", "linked.ndjson", "led.ndjson", "nowhere/x.ndjson", "."];
    for target in refused {
        let (code, _, told) = run(&app, &folder, &["import", &file, "--set-aside", target]);
        assert_eq!(
            code,
            Some(if target.contains("ndjson") && !target.contains('/') { 2 } else { 1 }),
            "{told}"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "{target}");
    }
    // A pipe cannot be read a second time.
    let mut piped = command(&app, &folder, &["import", "/dev/stdin", "--set-aside", "out.ndjson"]);
    let mut piped = piped.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = std::io::Write::write_all(&mut piped.stdin.take().unwrap(), text.as_bytes());
    assert_eq!(piped.wait_with_output().unwrap().status.code(), Some(2));
    let brands = "select count(*) from brand";
    let brands: i64 = sqlx::query_scalar(brands).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(brands, 0, "nothing is imported before it is known where lines are set aside");
    assert_eq!(names(&folder), ["led.ndjson", "left.ndjson", "linked.ndjson"]);

    // What was there is replaced once the import is done, through a link as well.
    folder.write("out.ndjson", "older\n");
    std::os::unix::fs::symlink("out.ndjson", folder.0.join("to.ndjson")).unwrap();
    let (code, _, told) = run(&app, &folder, &["import", &file, "--set-aside", "to.ndjson"]);
    assert_eq!(code, Some(1), "{told}");
    assert_eq!(std::fs::read_to_string(folder.0.join("out.ndjson")).unwrap(), "nonsense\n");
    assert_eq!(names(&folder), ["led.ndjson", "left.ndjson", "linked.ndjson", "out.ndjson", "to.ndjson"]);
}

/// What is in a folder, in order.
fn names(folder: &Folder) -> Vec<String> {
    let files = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_where_a_link_leads_and_leaves_nothing_where_it_is_stopped() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let file = folder.write("all.ndjson", &format!("{CATALOG}{CONTENT}"));
    assert_eq!(run(&app, &folder, &["import", &file]).0, Some(0));
    folder.write("place.ndjson", "older\n");
    std::os::unix::fs::symlink("place.ndjson", folder.0.join("link.ndjson")).unwrap();
    let export = ["export", "--brand", "acme", "--output", "link.ndjson"];
    // Held up by whoever has locked the entries, it is stopped.
    for signal in ["-INT", "-TERM"] {
        let mut holder = app.db.connect().await;
        sqlx::raw_sql("begin; lock table entry in access exclusive mode").execute(&mut holder).await.unwrap();
        let child =
            command(&app, &folder, &export).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while !names(&folder).iter().any(|name| name.ends_with(".part")) {
            tokio::task::yield_now().await;
        }
        let asked = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let ended = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(130), "{told}");
        assert_eq!(names(&folder), ["all.ndjson", "link.ndjson", "place.ndjson"], "{told}");
        assert_eq!(std::fs::read_to_string(folder.0.join("place.ndjson")).unwrap(), "older\n");
        sqlx::raw_sql("rollback").execute(&mut holder).await.unwrap();
    }
    let (code, _, told) = run(&app, &folder, &export);
    assert_eq!(code, Some(0), "{told}");
    assert!(folder.0.join("link.ndjson").is_symlink());
    assert_eq!(std::fs::read_to_string(folder.0.join("place.ndjson")).unwrap().lines().count(), 8 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_held_to_the_token_that_it_is_given() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let file = folder.write("all.ndjson", &format!("{CATALOG}{CONTENT}"));
    let tag = folder.write("tag.ndjson", r#"{"kind":"tag","brand":"acme","slug":"new","name":"New"}"#);
    let as_who = |token: &str, file: &str| {
        let mut command = command(&app, &folder, &["import", file]);
        command.env("BRANDGRAPH_TOKEN", token).env("BRANDGRAPH__AUTH__DEVELOPMENT", "true");
        command.env("BRANDGRAPH__AUTH__SECRET", "a secret of the tests, of 32 bytes or more");
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let tags = async || -> Vec<String> {
        let sql = "select slug from tag order by 1";
        sqlx::query_scalar(sql).fetch_all(&mut app.db.connect().await).await.unwrap()
    };
    for empty in ["", " "] {
        assert_eq!(as_who(empty, &file).0, Some(2));
    }
    assert_eq!(as_who("nonsense", &file).0, Some(1));
    assert_eq!(as_who(&app.token(Role::Viewer, None).await, &file).0, Some(1));
    let brands = "select count(*) from brand";
    let brands: i64 = sqlx::query_scalar(brands).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(brands, 0);

    let (code, told) = as_who(&app.token(Role::Owner, None).await, &file);
    assert_eq!(code, Some(0), "{told}");
    let before = tags().await;
    let (code, told) = as_who(&app.token(Role::Viewer, None).await, &tag);
    assert_eq!((code, told.contains("FORBIDDEN")), (Some(1), true), "{told}");
    assert_eq!(tags().await, before);
    let (code, told) = as_who(&app.token(Role::Editor, Some("acme")).await, &tag);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(tags().await.len(), before.len() + 1);
}
