//! Where the database's files are: one owner at a time, reachable by the database's user, a socket path that fits.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    account::Account,
    error::{At, Error},
};

/// The longest path that a unix socket can have, in bytes; macOS has three fewer than Linux.
const SOCKET_PATH: usize = 103;

/// What PostgreSQL appends to the socket's folder.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// The only right to use a data folder; given back when dropped, even by a crash.
#[derive(Debug)]
pub(super) struct Ownership {
    lock: File,
    path: PathBuf,
}

impl Ownership {
    /// Takes the data folder, or says which process has it.
    pub(super) fn take(data: &Path) -> Result<Self, Error> {
        fs::create_dir_all(data).at("creating", data)?;
        let path = data.join("brandgraph.lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .at("opening", &path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let _ = lock.read_to_string(&mut text);
                let mut lines = text.lines().map(str::to_owned);
                let owner = lines.next().unwrap_or_else(|| "?".to_owned());
                return Err(Error::InUse { folder: data.to_owned(), owner, address: lines.next() });
            }
            Err(TryLockError::Error(source)) => {
                return Err(Error::Io { what: "locking", path, source });
            }
        }
        lock.set_len(0).at("writing", &path)?;
        lock.rewind().at("writing", &path)?;
        writeln!(lock, "{}", std::process::id()).at("writing", &path)?;
        Ok(Self { lock, path })
    }

    /// Tells other processes where the database is, now that it answers.
    pub(super) fn announce(&mut self, address: &str) -> Result<(), Error> {
        writeln!(self.lock, "{address}").at("writing", &self.path)
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that is being started this moment still holds it too.
        let _ = self.lock.unlock();
    }
}

/// The folder of the database's files: in the data folder, or for root, where that cannot be reached, in `/var/lib`.
pub(super) fn place(data: &Path, account: Account) -> Result<PathBuf, Error> {
    let wanted = data.join("postgres");
    private(&wanted, account)?;
    let Some(uid) = account.uid() else { return Ok(wanted) };
    if account.reaches(&wanted) {
        return Ok(wanted);
    }
    let other = Path::new("/var/lib/brandgraph").join(short_hash(data));
    if let Some(parent) = other.parent() {
        fs::create_dir_all(parent).at("creating", parent)?;
    }
    private(&other, account)?;
    if account.reaches(&other) {
        tracing::warn!(
            "user {uid}, which PostgreSQL runs under, cannot reach {}: its files are in {}",
            wanted.display(),
            other.display()
        );
        return Ok(other);
    }
    Err(Error::Unreachable { uid, wanted, tried: other })
}

/// The folder of a running server's unix socket; goes away with this value, once it is empty.
#[derive(Debug)]
pub(super) struct SocketFolder(pub(super) PathBuf);

impl Drop for SocketFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// The folder of the unix socket: beside the files, or a short one in the temporary folder where that path is too long.
pub(super) fn socket_folder(place: &Path, temporary: &Path, account: Account) -> Result<SocketFolder, Error> {
    let beside = place.join("run");
    if beside.as_os_str().as_bytes().len() + SOCKET_NAME.len() <= SOCKET_PATH {
        private(&beside, account)?;
        return Ok(SocketFolder(beside));
    }
    let short = temporary.join(format!("brandgraph-{}", short_hash(place)));
    private(&short, account)?;
    Ok(SocketFolder(short))
}

/// Makes a folder that only the account can enter. One that exists must be its own already: the temporary folder is
/// shared, and somebody else's socket must not be mistaken for ours.
fn private(folder: &Path, account: Account) -> Result<(), Error> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.own(folder),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let owner = fs::metadata(folder).at("reading", folder)?.uid();
            let wanted = account.uid().unwrap_or_else(|| rustix::process::geteuid().as_raw());
            if owner == wanted {
                return Ok(());
            }
            let source = std::io::Error::other(format!("belongs to user {owner}, not to {wanted}"));
            Err(Error::Io { what: "using", path: folder.to_owned(), source })
        }
        Err(source) => Err(Error::Io { what: "creating", path: folder.to_owned(), source }),
    }
}

/// Sixteen characters that stand for a path.
fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
