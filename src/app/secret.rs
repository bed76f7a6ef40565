//! A secret of this installation's own, made once and kept in the data folder, readable by its owner alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;
use uuid::Uuid;

/// Reads the secret of that name, or makes it: 244 random bits, as text.
///
/// # Errors
/// Where the file can be neither read nor written.
pub(super) fn of_folder(folder: &Path, name: &str) -> io::Result<SecretString> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    // Made under another name and linked into place: two that start at once agree, and no half-written one is read.
    if !path.exists() {
        let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let unfinished = folder.join(format!("{name}.{}", std::process::id()));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}", BASE64_URL_SAFE_NO_PAD.encode(random))?;
        file.sync_all()?;
        let linked = fs::hard_link(&unfinished, &path);
        fs::remove_file(&unfinished)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(fs::read_to_string(&path)?.trim_end().to_owned().into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::of_folder;

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = std::env::temp_dir().join(format!("brandgraph-secret-{}", uuid::Uuid::new_v4()));
        let first = of_folder(&folder, "token").unwrap();
        let second = of_folder(&folder, "token").unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        assert!(first.expose_secret().len() >= 42);
        let mode = std::fs::metadata(folder.join("token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
