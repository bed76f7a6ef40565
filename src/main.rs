//! The `brandgraph` binary.

fn main() {}
