//! Looking at the bytes of a file: what kind it is, how large a picture, how long a recording.

mod duration;
mod picture;
mod sniff;

pub(super) use duration::duration;
pub(super) use picture::{Picture, picture};
pub(super) use sniff::{canonical, differs};
