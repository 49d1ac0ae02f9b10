//! A real Secret Service: GNOME Keyring on a private D-Bus, unlocked. Dropping this ends both.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::world::World;

const MISSING: &str = "run tests/run, which installs what the tests need";

/// The password of the login collection.
const PASSWORD: &str = "password of the login keyring";

pub struct SecretService {
    bus: Child,
    daemon: Child,
    address: String,
}

impl SecretService {
    /// Starts a bus and an unlocked keyring with its files in `home`.
    pub fn start(home: &Path) -> Self {
        let mut service = Self::locked(home);
        let mut unlock = Command::new("gnome-keyring-daemon");
        unlock.args(["--replace", "--unlock", "--components=secrets", "--foreground"]);
        service.daemon = service.daemon_in(home, unlock, Some(PASSWORD));
        service.wait_for("org.freedesktop.secrets");
        service
    }

    /// Starts a bus without a keyring; it may still activate services.
    pub fn locked(home: &Path) -> Self {
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            // In the home, so that no files are left elsewhere.
            .arg(format!("--address=unix:tmpdir={}", home.display()))
            .env_clear()
            .envs([("HOME", home.as_os_str()), ("PATH", std::env::var_os("PATH").unwrap_or_default().as_os_str())])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}: {MISSING}"));
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("stdout is piped")).read_line(&mut address).expect("the bus prints its address");
        let daemon = Command::new("true").spawn().expect("true can be started");
        Self { bus, daemon, address: address.trim().to_owned() }
    }

    fn daemon_in(&self, home: &Path, mut command: Command, password: Option<&str>) -> Child {
        let mut daemon = command
            .env_clear()
            .envs([("HOME", home.as_os_str()), ("PATH", std::env::var_os("PATH").unwrap_or_default().as_os_str())])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("gnome-keyring-daemon: {error}: {MISSING}"));
        let mut stdin = daemon.stdin.take().expect("stdin is piped");
        if let Some(password) = password {
            stdin.write_all(password.as_bytes()).expect("the daemon reads the password");
        }
        daemon
    }

    fn wait_for(&self, name: &str) {
        let started = Instant::now();
        loop {
            let answer = Command::new("dbus-send")
                .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
                .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"])
                .arg(format!("string:{name}"))
                .output()
                .unwrap_or_else(|error| panic!("dbus-send: {error}: {MISSING}"));
            if String::from_utf8_lossy(&answer.stdout).contains("boolean true") {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{name} is on the bus");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of its bus.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Makes every command of the world use this Secret Service.
    pub fn enter(&self, world: &mut World) {
        world.set("DBUS_SESSION_BUS_ADDRESS", &self.address);
        world.set("AWS_VAULT_BACKEND", "keychain");
        world.unset("AWS_VAULT_FILE_PASSPHRASE");
        world.keep_secret(PASSWORD);
    }
}

impl Drop for SecretService {
    fn drop(&mut self) {
        for child in [&mut self.daemon, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
