//! Steps that many tests need first. Never asserts anything itself.

use std::path::Path;

use sha2::{Digest, Sha256};
use vault::os::dirs::Directories;
use vault::os::kernel_keyring;

use super::aws::StandIn;
use super::world::{TWO_PROFILES, World, usual_aws};

/// A world with a stored key and a cached shared MFA session of `read-only`.
pub fn signed_in() -> World {
    signed_in_at(usual_aws())
}

/// The same with this AWS, which has `some-user`, and two profiles.
pub fn signed_in_at(aws: StandIn) -> World {
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    sign_in(&world, "read-only");
    world
}

pub fn sign_in(world: &World, profile: &str) {
    world.vault(["exec", profile, "--", "true"]).code_of("some-user").run().ok();
}

/// The folders of vault's files in this world.
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

/// Removes the key that seals these folders' sessions from the kernel's keyring: cached sessions cannot be opened any more.
pub fn forget_cache_key(directories: &Directories) {
    let digest = Sha256::digest(directories.cache.as_os_str().as_encoded_bytes());
    kernel_keyring::forget(&format!("vault:sessions:{}", hex::encode(&digest[..8]))).expect("the kernel removes it");
}

/// Makes the last code usable again, here and at AWS, so that a test need not wait half a minute for the next one.
pub fn forget_codes(world: &World) -> &World {
    world.aws.forget_spent_codes();
    for entry in std::fs::read_dir(directories(world).state.join("locks")).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("device-") {
            std::fs::remove_file(entry.path()).expect("a ledger can be removed");
        }
    }
    world
}

/// Installs a program that the world's commands find first if their `PATH` begins with `bin`.
#[cfg(unix)]
pub fn install(world: &World, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    world.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(world.path("bin").join(name), std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
}
