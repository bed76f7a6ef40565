//! The `brandgraph` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    brandgraph::app::command::main()
}
