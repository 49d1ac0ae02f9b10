//! The binary: hands the process over to the library. Decides nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    vault::cli::main()
}

// The only thing that happens before `main`: what it looks at is gone afterwards.
#[cfg(target_os = "linux")]
ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn before_main() {
        vault::os::sigpipe::note();
    }
}
