//! Measures brandgraph beside its ceiling.
fn main() {}
