//! The binary: hands the process over to the library. Decides nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    vault::cli::main()
}
