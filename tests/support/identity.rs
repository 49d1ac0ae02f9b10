//! An identity for the `file` keystore that is cheap to unlock, made with the `age` crate: the program itself makes only expensive ones.
//! Never for tests of a passphrase's cost or of how an identity is made.

use std::fs;
use std::io::Write as _;
use std::iter;
use std::path::Path;

use age::secrecy::{ExposeSecret as _, SecretString};

/// scrypt with N = 2: the least that the format allows.
const WORK_FACTOR: u8 = 1;

/// Writes one into `keys/` in the data folder, unless one exists. The program itself writes the recipient file.
pub fn seed(data: &Path, passphrase: &str) {
    let keys = data.join("keys");
    let file = keys.join("identity.age");
    if file.exists() {
        return;
    }
    let mut wrapping = age::scrypt::Recipient::new(SecretString::from(passphrase));
    wrapping.set_work_factor(WORK_FACTOR);
    let mut sealed = Vec::new();
    let encryptor = age::Encryptor::with_recipients(iter::once(&wrapping as &dyn age::Recipient)).expect("there is a recipient");
    let mut writer = encryptor.wrap_output(&mut sealed).expect("memory can be written to");
    writer.write_all(age::x25519::Identity::generate().to_string().expose_secret().as_bytes()).expect("memory can be written to");
    writer.finish().expect("memory can be written to");

    make_private_folders(&keys);
    fs::write(&file, sealed).expect("the folder can be written");
    make_private(&file, 0o600);
}

/// Creates the folders as the program would.
fn make_private_folders(folder: &Path) {
    if !folder.exists() {
        make_private_folders(folder.parent().expect("a home is above it"));
        fs::create_dir(folder).expect("folders can be made in the home");
        make_private(folder, 0o700);
    }
}

#[cfg(unix)]
fn make_private(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it was made just now");
}

#[cfg(not(unix))]
fn make_private(_path: &Path, _mode: u32) {}
