//! The one integration test binary: everything from the outside, on a real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "tests stop at the first thing that is not as it should be, and read their own environment"
)]

mod harness;

mod access_lasting;
mod access_matrix;
mod access_roles;
mod access_versions;
mod api_keys;
mod audit_archive;
mod audit_chain;
mod audit_command;
mod audit_concealed;
mod audit_log;
mod audit_refused;
mod audit_steps;
mod audit_steps_media;
mod audit_walk;
mod batch;
mod batch_chosen;
mod batch_drawn;
mod batch_faults;
mod batch_held;
mod batch_keys;
mod batch_runs;
mod batch_seats;
mod batch_set;
mod batch_upsert;
mod batch_waits;
mod cli_config;
mod cli_embedded;
mod cli_serve;
mod cli_sources;
mod cmp_cassette;
mod cmp_connector;
mod cmp_map;
mod contracts;
mod database_keys;
mod database_rules;
mod edge_connector;
mod edge_http;
mod edge_input;
mod edge_moments;
mod edge_process;
mod export_command;
mod export_embedded;
mod export_file;
mod export_files;
mod fields_props;
mod fields_schema;
mod harness_app;
mod harness_database;
mod http_anything;
mod http_audits;
mod http_authn;
mod http_door;
mod http_graphql;
mod http_log;
mod http_mutation;
mod http_node;
mod http_operations;
mod http_serve;
mod http_tls;
mod idempotency;
mod idempotency_killed;
mod import_again;
mod import_anew;
mod import_file;
mod import_references;
mod import_rights;
mod limits_deadline;
mod limits_document;
mod limits_door;
mod limits_persisted;
mod limits_quota;
mod limits_rate;
mod oauth;
mod objects_checksums;
mod objects_gone;
mod oidc;
mod oidc_forged;
mod oidc_roles;
mod oidc_server;
mod playground;
mod read;
mod readme;
mod slug_props;
mod sync_changes;
mod sync_demo;
mod sync_directus;
mod sync_edits;
mod sync_faults;
mod sync_settle;
mod sync_source;
mod sync_terms;
mod sync_world;
mod tidy;
mod upload_address;
mod upload_browser;
mod upload_clamd;
mod upload_file;
mod upload_guarded;
mod upload_joined;
mod upload_keyed;
mod upload_killed;
mod upload_left;
mod upload_parts;
mod upload_refused;
mod upload_scanned;
mod upload_twice;
mod upload_world;
mod worker_jobs;
mod write_bin;
mod write_brand;
mod write_content_type;
mod write_entry;
mod write_graphql;
mod write_masked;
mod write_nested;
mod write_payload;
mod write_publish;
mod write_restore;
mod write_restricted;
mod write_shop;
mod write_taxonomy;
mod write_world;
