//! The `brandgraph` binary.

use std::process::ExitCode;

/// A read is many small allocations of short life, which the C library's allocator spends a sixth of the server's time on
/// (docs/performance.md). It asks for no huge pages: they made no request cheaper, and the server half as large again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    brandgraph::app::command::main()
}
