//! Makes the ordinary build start faster where this machine can run the result. Decides nothing else, and never fails a build.

// The rules on ambient access are for the program.
#![allow(clippy::disallowed_methods)]

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// The first glibc whose loader reads packed relative relocations (`DT_RELR`).
const FIRST: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The loader of another machine is unknown, and an older one could not start the program.
    let is_for_here = env::var("HOST").ok().is_some_and(|host| env::var("TARGET").ok() == Some(host));
    if is_for_here && env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") && glibc().is_some_and(|version| version >= FIRST) {
        // A third of a cached run was the loader, filling in addresses one by one: docs/speed.md.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        if has_static_unwinder() {
            // One library less to load. It comes before the shared one, which the linker then leaves out.
            println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
}

/// The C library that `getconf` belongs to; none where that is not glibc.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let mut parts = said.trim().strip_prefix("glibc ")?.split('.').map_while(|part| part.parse().ok());
    Some((parts.next()?, parts.next()?))
}

/// Whether the linker finds the static form of `libgcc_s`, the library that walks the stack.
fn has_static_unwinder() -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| OsString::from("cc"));
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    // What is not found is printed as it was asked for.
    found.is_ok_and(|found| String::from_utf8(found.stdout).is_ok_and(|path| Path::new(path.trim()).is_absolute()))
}
