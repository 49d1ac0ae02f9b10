//! What many tests do on the way to what they are about. Never asserts anything of its own.

use std::path::Path;

use sha2::{Digest, Sha256};
use vault::os::dirs::Directories;
use vault::os::kernel_keyring;

use super::aws::StandIn;
use super::world::{TWO_PROFILES, World, usual_aws};

/// A world where the key is stored and the code was typed: the shared MFA session of `read-only` is cached.
pub fn signed_in() -> World {
    signed_in_at(usual_aws())
}

/// The same at an AWS that has `some-user`, with two profiles.
pub fn signed_in_at(aws: StandIn) -> World {
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    sign_in(&world, "read-only");
    world
}

pub fn sign_in(world: &World, profile: &str) {
    world.vault(["exec", profile, "--", "true"]).code_of("some-user").run().ok();
}

/// Where the world's own files of ours are.
pub fn directories(world: &World) -> Directories {
    directories_in(world.home())
}

pub fn directories_in(home: &Path) -> Directories {
    Directories {
        data: home.join(".local/share/vault"),
        cache: home.join(".cache/vault"),
        state: home.join(".local/state/vault"),
        config: home.join(".config/vault"),
    }
}

/// Forgets the key that seals the sessions of these folders, where the kernel's keyring holds it: what is cached cannot be opened any more.
pub fn forget_cache_key(directories: &Directories) {
    let digest = Sha256::digest(directories.cache.as_os_str().as_encoded_bytes());
    kernel_keyring::forget(&format!("vault:sessions:{}", hex::encode(&digest[..8]))).expect("the kernel lets it go");
}

/// Lets the code that was used last be used again, here and at AWS, so that a test need not wait half a minute for the next one.
pub fn forget_codes(world: &World) -> &World {
    world.aws.forget_spent_codes();
    for entry in std::fs::read_dir(directories(world).state.join("locks")).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("device-") {
            std::fs::remove_file(entry.path()).expect("a ledger can be removed");
        }
    }
    world
}

/// Puts a program there that the world's commands find first, once their `PATH` begins with `bin`.
#[cfg(unix)]
pub fn install(world: &World, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    world.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(world.path("bin").join(name), std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
}
