//! Asks the linker for packed relocations where the C library of this machine can read them. Decides nothing else, and never fails a build.

// The rules on ambient access are for the program.
#![allow(clippy::disallowed_methods)]

use std::env;
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
    }
}

/// The C library that `getconf` belongs to; none where that is not glibc.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let mut parts = said.trim().strip_prefix("glibc ")?.split('.').map_while(|part| part.parse().ok());
    Some((parts.next()?, parts.next()?))
}
