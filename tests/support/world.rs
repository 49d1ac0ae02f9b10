//! A hermetic world for the real binary: a separate home, a cleared environment, the stand-in as its AWS. Ends with a leak check.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::aws::StandIn;
use super::moved_clock::MovedClock;
use super::{identity, leaks, steps};

/// The binary under test, if it is not the one that cargo built with this program.
static OTHER_BINARY: OnceLock<PathBuf> = OnceLock::new();

/// The passphrase of the `file` keystore in every world: the leak check searches for it too.
pub const PASSPHRASE: &str = "correct horse battery staple";

/// A command that takes this long hangs. On a busy machine, an import of hundreds of keys may take more than a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// The two-profile config of the README.
pub const TWO_PROFILES: &str = "\
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile opssudo]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/OpsSudo
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
";

/// The folder of the tests' tools, if `tests/run` has installed them: AWS CLI, boto3, moto.
pub fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/bin")
}

/// An AWS with one user under a block-unless-MFA policy and one sudo role.
pub fn usual_aws() -> StandIn {
    StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa())
        .bucket("some-bucket")
        .start()
}

pub struct World {
    home: TempDir,
    pub aws: StandIn,
    environment: Vec<(String, String)>,
    /// Secrets besides AWS's own.
    secrets: Vec<String>,
    clock: Option<MovedClock>,
}

impl World {
    /// A world with the usual AWS, the two-profile config, the `file` keystore, and no stored key.
    pub fn new() -> Self {
        Self::with(usual_aws(), TWO_PROFILES)
    }

    pub fn with(aws: StandIn, config: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let mut world = Self { home, aws, environment: Vec::new(), secrets: vec![PASSPHRASE.to_owned()], clock: None };
        world.set("AWS_ENDPOINT_URL", &world.aws.url());
        world.set("AWS_VAULT_BACKEND", "file");
        world.set("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE);
        world.set("AWS_EC2_METADATA_DISABLED", "true");
        // Otherwise a desktop's D-Bus and gpg agent could be found.
        world.set("XDG_RUNTIME_DIR", &world.path("run").display().to_string());
        world.write("run/.keep", "");
        world.write(".aws/config", config);
        world
    }

    /// A world with the user's key stored as `read-only`.
    pub fn with_key() -> Self {
        let world = Self::new();
        world.add("read-only", "some-user");
        world
    }

    /// Stores the user's key as `name`, without a call and without the cost of a new passphrase.
    pub fn add(&self, name: &str, user: &str) {
        self.seed_identity();
        let (id, secret) = self.aws.user(user).access_key();
        let run =
            self.vault(["add", name, "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
        assert_eq!(run.status, 0, "{run:?}");
    }

    /// Gives the `file` keystore an identity that is cheap to unlock, if this world uses that keystore and has none yet.
    pub fn seed_identity(&self) {
        let set = |wanted: &str| self.environment.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if let (Some("file"), Some(passphrase)) = (set("AWS_VAULT_BACKEND"), set("AWS_VAULT_FILE_PASSPHRASE")) {
            identity::seed(&steps::directories(self).data, passphrase);
        }
    }

    /// Sets a variable for every command of this world.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// Gives this world its own clock, for its programs and its AWS, which the test moves.
    pub fn own_clock(&mut self) {
        let clock = MovedClock::new(self.home());
        for (name, value) in clock.variables() {
            self.set(name, &value);
        }
        self.aws.follow_clock(clock.file());
        self.clock = Some(clock);
    }

    /// Lets this many seconds pass on this world's clock.
    pub fn later(&self, seconds: i64) {
        self.clock.as_ref().expect("this world has its own clock").later(seconds);
    }

    /// Adds a secret to the leak check.
    pub fn keep_secret(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.home.path().join(relative)
    }

    pub fn write(&self, relative: &str, content: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a file in the home has a folder")).expect("folders can be made in the home");
        fs::write(path, content).expect("files can be written in the home");
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    /// The path of the binary under test. cargo does not tell an example, so it takes the one in the parent folder.
    pub fn binary() -> PathBuf {
        if let Some(other) = OTHER_BINARY.get() {
            return other.clone();
        }
        option_env!("CARGO_BIN_EXE_vault").map_or_else(
            || {
                let example = std::env::current_exe().expect("the path of this program is known");
                example.parent().and_then(Path::parent).expect("examples are in a folder of the target folder").join("vault")
            },
            PathBuf::from,
        )
    }

    /// Makes this the binary under test.
    pub fn use_binary(path: PathBuf) {
        OTHER_BINARY.set(path).expect("it is set once");
    }

    /// The binary with these arguments.
    pub fn vault<const N: usize>(&self, arguments: [&str; N]) -> Invocation<'_> {
        self.command(&Self::binary(), &arguments)
    }

    /// Another program in this world's environment.
    pub fn command(&self, program: &Path, arguments: &[&str]) -> Invocation<'_> {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(self.variables()).current_dir(self.home());
        Invocation { world: self, command, stdin: None, hands_over: false }
    }

    /// This world's environment, for tests that start processes themselves.
    pub fn variables(&self) -> Vec<(String, String)> {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut variables = vec![
            ("HOME".to_owned(), self.home().display().to_string()),
            ("PATH".to_owned(), format!("{}:{path}", tools().display())),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("TERM".to_owned(), "xterm".to_owned()),
        ];
        variables.extend(self.environment.iter().cloned());
        variables
    }

    /// A `PATH` on which the programs that `steps::install` installs come first.
    pub fn own_path(&self) -> String {
        format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default())
    }

    /// Every secret that must not appear unencrypted anywhere.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.aws.all_secrets();
        secrets.extend(self.secrets.iter().cloned());
        secrets
    }

    /// Fails if a file of the home contains an unencrypted secret.
    pub fn check_files(&self) {
        leaks::check_folder(self.home(), &self.secrets());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        forget_kernel_keys(self.home());
        if !std::thread::panicking() {
            self.check_files();
        }
    }
}

/// Removes this home's keys from the kernel's keyring, whose size is limited.
#[cfg(target_os = "linux")]
fn forget_kernel_keys(home: &Path) {
    let directories = steps::directories_in(home);
    steps::forget_cache_key(&directories);
    vault::keystore::FileStore::new(&directories, &vault::os::env::Environment::of([]), &vault::keystore::NoPassphrasePrompt, 0).lock();
}

#[cfg(not(target_os = "linux"))]
fn forget_kernel_keys(_home: &Path) {}

/// A command that has not run yet.
pub struct Invocation<'a> {
    world: &'a World,
    command: Command,
    stdin: Option<Vec<u8>>,
    hands_over: bool,
}

impl Invocation<'_> {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn no_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.as_bytes().to_vec());
        self
    }

    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The command prints credentials on purpose: its stdout is not checked for secrets.
    pub fn hands_over(mut self) -> Self {
        self.hands_over = true;
        self
    }

    /// Adds the current code of the user's device; waits for an unspent one.
    pub fn code_of(self, user: &str) -> Self {
        let code = self.world.aws.fresh_code(user);
        self.arg_before_dashes("--mfa-token", &code)
    }

    /// Inserts an option before `--` by rebuilding the command.
    fn arg_before_dashes(mut self, option: &str, value: &str) -> Self {
        let arguments: Vec<_> = self.command.get_args().map(ToOwned::to_owned).collect();
        let mut command = Command::new(self.command.get_program());
        let at = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
        command.args(&arguments[..at]).args([option, value]).args(&arguments[at..]).env_clear();
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        self.command = command;
        self
    }

    /// The secrets that the leak check searches for.
    pub fn secrets(&self) -> Vec<String> {
        self.world.secrets()
    }

    /// The plain command, for tests that start it themselves.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Starts the command and leaves it running, without a terminal.
    pub fn start(mut self) -> Child {
        detach(&mut self.command);
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started")
    }

    /// Runs the command to its end, without a terminal, and checks what it wrote for secrets.
    pub fn run(mut self) -> Run {
        detach(&mut self.command);
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child =
            self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
        if let (Some(text), Some(mut pipe)) = (&self.stdin, child.stdin.take()) {
            // A command that does not read its stdin closes it.
            let _ = pipe.write_all(text);
        }
        let (status, stdout, stderr) = finish(child);
        let run = Run { status: status_of(status), stdout, stderr };
        let secrets = self.world.secrets();
        leaks::check_text("stderr", &run.stderr, &secrets);
        if !self.hands_over {
            leaks::check_text("stdout", &run.stdout, &secrets);
        }
        run
    }
}

/// Puts the command into a separate session, so that it has no terminal even if the tests have one.
fn detach(command: &mut Command) {
    #[cfg(unix)]
    {
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut detached = Command::new("setsid");
        detached.arg("--wait").arg(command.get_program()).args(arguments).env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                detached.env(name, value);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            detached.current_dir(folder);
        }
        *command = detached;
    }
}

/// Waits for the child, reads its output, and kills it if it hangs.
pub fn finish(mut child: Child) -> (ExitStatus, String, String) {
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                let _ = pipe.read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
            panic!("the command did not end within {PATIENCE:?}\nstdout: {stdout}\nstderr: {stderr}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    (status, stdout.join().expect("stdout is read"), stderr.join().expect("stderr is read"))
}

/// The status as a shell shows it.
pub fn status_of(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
    }
    #[cfg(not(unix))]
    status.code().unwrap_or(-1)
}

/// The result of a command.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

impl Run {
    /// Asserts that the command succeeded, and returns its stdout.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.stdout
    }

    /// The JSON on stdout, whatever the status.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that the command failed with this status.
    #[track_caller]
    pub fn fails(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}
