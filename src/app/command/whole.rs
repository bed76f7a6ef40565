//! A file that a command writes: there under its name once it is whole, and until then what was there before.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 20;
/// How many unfinished files of one name there may be: others that write it too, and what a machine left that went down.
const MOST: u32 = 100;

/// A file that is being written. Dropped before it is kept, it leaves nothing.
#[derive(Debug)]
pub(super) struct Whole {
    out: BufWriter<File>,
    /// Under which name it is written, and which it is going to have; none where it is written as it comes.
    names: Option<(PathBuf, PathBuf)>,
}

impl Whole {
    /// Begins to write, beside the file that is to be replaced. A symbolic link is followed; what is no file, as a pipe or a
    /// device, is written to as it comes.
    ///
    /// # Errors
    /// Where it cannot be written there.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let place = place(path)?;
        if fs::metadata(&place).is_ok_and(|there| !there.is_file()) {
            let file = File::options().write(true).open(&place)?;
            return Ok(Self { out: BufWriter::with_capacity(BUFFER, file), names: None });
        }
        for number in 1..=MOST {
            let mut name = place.clone().into_os_string();
            name.push(format!(".{number}.part"));
            match File::options().write(true).create_new(true).open(&name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    let out = BufWriter::with_capacity(BUFFER, file);
                    return Ok(Self { out, names: Some((name.into(), place)) });
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("there are {MOST} unfinished files of it")))
    }

    /// Gives it its name. What it holds is on the disk then.
    ///
    /// # Errors
    /// Where it could not be written; what was there before is as it was.
    pub(super) fn keep(mut self) -> io::Result<()> {
        self.out.flush()?;
        let Some((unfinished, place)) = &self.names else { return Ok(()) };
        let file = self.out.get_ref();
        if let Ok(before) = fs::metadata(place) {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        fs::rename(unfinished, place)?;
        self.names = None;
        Ok(())
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some((unfinished, _)) = &self.names {
            // What cannot be removed is left; nobody is there to be told.
            let _ = fs::remove_file(unfinished);
        }
    }
}

/// Whether a path leads to a file that is open already, by whichever name.
pub(super) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    let open = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where links lead in the end, also where nothing is there yet.
fn place(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    // As many as the system follows.
    for _ in 0..40 {
        match fs::read_link(&place) {
            Ok(next) => place = place.parent().map_or(next.clone(), |folder| folder.join(&next)),
            Err(_) => return Ok(place),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "leads through too many links"))
}
