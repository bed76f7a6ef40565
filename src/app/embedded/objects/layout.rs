//! Where the files of a private store are: objects, what is noted of them, sessions and their parts, as `s3s-fs` names them.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Component, Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What is noted of an object; what is not known here stays as it is.
pub(super) type Notes = Map<String, Value>;

/// The note that tells the content of an object, as `s3s-fs` calls it.
pub(super) const TAG: &str = "e_tag";
/// The note that tells which session of parts an object was made of.
pub(super) const SESSION: &str = "session";

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// What a file in the root of a store is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Says that there is a session.
    Session(Uuid),
    /// A part of a session.
    Part(Uuid),
    /// What the object that a session is for is to have.
    Promise(Uuid, Place),
    /// What is noted of an object.
    Note(Place),
}

/// The folder of a store.
#[derive(Debug, Clone)]
pub(super) struct Layout(PathBuf);

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self(root.to_owned())
    }

    /// The file of an object; nothing for a name that would lead elsewhere.
    pub(super) fn object(&self, place: &Place) -> Option<PathBuf> {
        let path = Path::new(&place.bucket).join(&place.key);
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let folder = place.key.is_empty() || place.key.ends_with('/');
        (plain && !folder).then(|| self.0.join(path))
    }

    /// What is noted of an object: its tag and checksums.
    pub(super) fn notes(&self, place: &Place) -> PathBuf {
        self.0.join(format!("{}.internal.json", encoded(place)))
    }

    /// The headers that an object has.
    pub(super) fn headers(&self, place: &Place) -> PathBuf {
        self.0.join(format!("{}.metadata.json", encoded(place)))
    }

    /// The headers that the object of a session is to have.
    pub(super) fn promise(&self, place: &Place, session: Uuid) -> PathBuf {
        self.0.join(format!("{}.upload-{session}.metadata.json", encoded(place)))
    }

    pub(super) fn session(&self, session: Uuid) -> PathBuf {
        self.0.join(format!(".upload-{session}.json"))
    }

    pub(super) fn part(&self, session: Uuid, number: i32) -> PathBuf {
        self.0.join(format!(".upload_id-{session}.part-{number}"))
    }

    /// A file that is not whole yet. `s3s-fs` removes what is called so when it is opened.
    pub(super) fn temporary(&self, what: &str) -> PathBuf {
        self.0.join(format!(".tmp.{what}.internal.part"))
    }

    /// What is noted of an object; nothing where there is nothing that can be read.
    pub(super) fn read_notes(&self, place: &Place) -> Notes {
        let text = fs::read(self.notes(place)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Notes something of an object, whole or not at all.
    pub(super) fn write_notes(&self, place: &Place, notes: &Notes) -> io::Result<()> {
        let temporary = Temporary(self.temporary(&format!("notes-{}", Uuid::new_v4())));
        let mut file = File::create(&temporary.0)?;
        file.write_all(&serde_json::to_vec(notes)?)?;
        file.sync_all()?;
        fs::rename(&temporary.0, self.notes(place))?;
        sync(&self.0)
    }

    /// Removes what was noted of an object that is gone.
    pub(super) fn forget(&self, place: &Place) -> io::Result<()> {
        gone(fs::remove_file(self.notes(place)))?;
        gone(fs::remove_file(self.headers(place)))
    }

    /// What the files in the root are, those that have a meaning.
    pub(super) fn kinds(&self) -> io::Result<Vec<(PathBuf, Kind)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            if let Some(kind) = entry.file_name().to_str().and_then(kind) {
                found.push((entry.path(), kind));
            }
        }
        Ok(found)
    }
}

/// A file that is removed unless it was renamed.
#[derive(Debug)]
pub(super) struct Temporary(pub(super) PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes sure that a folder knows of its files after the machine went down.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// What was to be removed, and is not there.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn encoded(place: &Place) -> String {
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!(".bucket-{}.object-{}", encode(&place.bucket), encode(&place.key))
}

fn kind(name: &str) -> Option<Kind> {
    let id = |text: &str| Uuid::try_parse(text).ok();
    if let Some(rest) = name.strip_prefix(".upload_id-") {
        return rest.split_once(".part-").and_then(|(session, _)| id(session)).map(Kind::Part);
    }
    if let Some(rest) = name.strip_prefix(".upload-") {
        return rest.strip_suffix(".json").and_then(id).map(Kind::Session);
    }
    let (bucket, rest) = name.strip_prefix(".bucket-")?.split_once(".object-")?;
    let (key, rest) = rest.split_once('.')?;
    let decode = |text: &str| String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let place = Place { bucket: decode(bucket)?, key: decode(key)? };
    match rest {
        "internal.json" | "metadata.json" => Some(Kind::Note(place)),
        _ => {
            let session = rest.strip_prefix("upload-")?.strip_suffix(".metadata.json")?;
            id(session).map(|session| Kind::Promise(session, place))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names_and_nothing_leads_out_of_the_bucket() {
        let (layout, session) = (Layout::new(Path::new("/store")), Uuid::from_u128(7));
        let place = Place { bucket: "media".to_owned(), key: "files/a/b".to_owned() };
        let named = |path: PathBuf| kind(path.file_name().unwrap().to_str().unwrap());
        assert_eq!(named(layout.session(session)), Some(Kind::Session(session)));
        assert_eq!(named(layout.part(session, 3)), Some(Kind::Part(session)));
        assert_eq!(named(layout.promise(&place, session)), Some(Kind::Promise(session, place.clone())));
        assert_eq!(named(layout.notes(&place)), Some(Kind::Note(place.clone())));
        assert_eq!(named(layout.headers(&place)), Some(Kind::Note(place.clone())));
        assert_eq!(named(layout.temporary("x")), None);
        assert_eq!(layout.object(&place), Some(PathBuf::from("/store/media/files/a/b")));
        for key in ["../x", "/etc/passwd", "a/../../x", "", "folder/"] {
            let place = Place { bucket: "media".to_owned(), key: key.to_owned() };
            assert_eq!(layout.object(&place), None, "{key}");
        }
    }
}
