//! Uploads: a client is given signed addresses, sends the bytes to the store by itself, and what arrived is looked at before
//! there is an asset of it.

mod abandon;
mod abort;
mod assemble;
mod bring;
mod claim;
mod complete;
mod look;
mod lost;
mod media;
mod parts;
mod request;
mod settings;
mod verify;

pub use abandon::{CLEAN, clean, watch};
pub use abort::abort;
pub use bring::{Brought, bring};
pub use claim::{Claim, let_go};
pub use complete::complete;
pub use media::Media;
pub use parts::{Parts, parts};
pub use request::{Requested, request, sign};
pub(in crate::service) use settings::MAX_SIGNED_SECONDS;
pub use settings::Settings;
pub use verify::{Progress, VERIFY, give_up, verify};
