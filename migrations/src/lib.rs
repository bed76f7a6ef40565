//! Forward-only steps that bring an empty PostgreSQL database (15 to 18) to the schema of this version.

#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait of the migration crate elides them, and async_trait needs the same shape"
)]

use sea_orm_migration::prelude::*;

mod m0001_content;
mod m0002_work;
mod m0003_pending;
mod m0004_problem_and_bin;
mod m0005_writing;
mod m0006_read_indexes;
mod m0007_pulled;
mod m0008_origin;
mod m0009_pending_types;
mod m0010_credentials;
mod m0011_roles;
mod m0013_audit;
mod m0013b_audit_log;
mod m0014_quota;
mod m0015_idempotency;
mod m0016_media;
mod m0017_placed;
mod m0018_slug;
mod m0019_looked_at;
mod m0020_keys_in_sets;

/// Runs the steps in order. It takes no lock of its own: the caller holds an advisory lock.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_content::Migration),
            Box::new(m0002_work::Migration),
            Box::new(m0003_pending::Migration),
            Box::new(m0004_problem_and_bin::Migration),
            Box::new(m0005_writing::Migration),
            Box::new(m0006_read_indexes::Migration),
            Box::new(m0007_pulled::Migration),
            Box::new(m0008_origin::Migration),
            Box::new(m0009_pending_types::Migration),
            Box::new(m0010_credentials::Migration),
            Box::new(m0011_roles::Migration),
            Box::new(m0013_audit::Migration),
            Box::new(m0013b_audit_log::Migration),
            Box::new(m0014_quota::Migration),
            Box::new(m0015_idempotency::Migration),
            Box::new(m0016_media::Migration),
            Box::new(m0017_placed::Migration),
            Box::new(m0018_slug::Migration),
            Box::new(m0019_looked_at::Migration),
            Box::new(m0020_keys_in_sets::Migration),
        ]
    }
}

/// Runs one SQL script of several statements.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

/// Stands in for a way back: steps go forward only, a mistake is mended by the next step.
fn forward_only() -> Result<(), DbErr> {
    Err(DbErr::Migration("steps go forward only; restore a backup instead".to_owned()))
}
