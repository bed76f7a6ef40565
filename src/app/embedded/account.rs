//! The user that a child runs under: ourselves, or somebody unprivileged when we are root.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use super::error::{At, Error};

/// What is used where the machine knows neither `postgres` nor `nobody`: any number but 0 will do.
const NUMERIC: u32 = 65_534;

/// Who a child process runs as; PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    /// Set where the child must change its user and group.
    switch: Option<(u32, u32)>,
}

impl Account {
    /// Picks the account: ourselves, or for root the owner of what exists, else `postgres`, `nobody` or a number.
    pub(super) fn pick(existing: &Path) -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self { switch: None };
        }
        let owner = fs::metadata(existing).ok().map(|meta| (meta.uid(), meta.gid())).filter(|it| it.0 != 0);
        let named = || {
            let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
            ["postgres", "nobody"].iter().find_map(|name| lookup(&passwd, name))
        };
        Self { switch: Some(owner.or_else(named).unwrap_or((NUMERIC, NUMERIC))) }
    }

    /// The user id of the child, where it is not ours.
    pub(super) fn uid(self) -> Option<u32> {
        self.switch.map(|(uid, _)| uid)
    }

    /// A command that runs under this account and reads nothing.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        if let Some((uid, gid)) = self.switch {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Gives a folder to this account.
    pub(super) fn own(self, folder: &Path) -> Result<(), Error> {
        match self.switch {
            None => Ok(()),
            Some((uid, gid)) => {
                chown(folder, Some(uid), Some(gid)).at("giving the database's user the folder", folder)
            }
        }
    }

    /// Whether a process of this account may enter the folder. Asked by entering it: modes are not the whole truth.
    pub(super) fn reaches(self, folder: &Path) -> bool {
        self.switch.is_none()
            || self
                .command(Path::new("/bin/sh"))
                .args(["-c", ":"])
                .current_dir(folder)
                .status()
                .is_ok_and(|status| status.success())
    }
}

/// The user and group id of a name in the text of `/etc/passwd`.
fn lookup(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut parts = line.split(':');
        (parts.next()? == name).then_some(())?;
        let uid = parts.nth(1)?.parse().ok()?;
        Some((uid, parts.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::lookup;

    #[test]
    fn a_name_is_looked_up_whole() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/:/bin/bash\n";
        assert_eq!(lookup(passwd, "postgres"), Some((101, 104)));
        assert_eq!(lookup(passwd, "nobody"), None);
    }
}
