//! Puts the built playground, where there is one, into the binary.

use std::{env, fmt::Write, fs, io, path::Path};

fn main() -> io::Result<()> {
    let dist = Path::new("playground/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=playground/dist");

    let mut names = Vec::new();
    if dist.is_dir() {
        for file in fs::read_dir(dist)? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
    }
    names.sort();

    let mut list = String::from("&[\n");
    for name in names {
        let path = dist.join(&name).canonicalize()?;
        writeln!(list, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("playground.rs"), list)
}
