//! Where the bytes of files are: a store of objects by keys, reached over S3's protocol, and whoever scans what comes in.

mod key;
mod s3;
mod scan;
mod send;
mod settings;
mod store;

pub use key::Key;
pub use s3::S3;
pub use scan::{Scan, Scanner, Verdict};
pub use send::send;
pub use settings::{Checksums, Settings};
pub use store::{Answer, Disposition, Get, Head, Life, Listed, Part, Presigned, Put, Store, Stream};
