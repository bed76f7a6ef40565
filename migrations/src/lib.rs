//! Forward-only steps that bring an empty PostgreSQL database to the schema of this version.
