//! What instances share, or each has for itself: Redis where there is one, memory where there is none or it is away.

mod bucket;
mod governed;
mod limiter;
mod redis;
mod settings;

pub use bucket::{Bucket, Charged, Level, Rate};
pub use limiter::{LOCAL, Limiter};
pub use redis::{Away, FAILURES, Redis};
pub use settings::Settings;
