//! The `pass` keystore: items in the user's own password-store, through the user's own `pass`. Runs gpg itself only to ask why; never repeats what
//! `pass` printed on stdout, and never overwrites the only copy of an item.

mod elsewhere;
mod gpg;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

use self::gpg::{fault, last_words, pinentry, status};
use super::place::check_place;
use super::{Before, ItemName, ItemState, PassphrasePrompt, SecretStore, payload};
use crate::model::{Backend, shown};
use crate::os::answer::{Heard, NoAnswer};
use crate::os::env::Environment;
use crate::os::{answer, dirs, files, process, tty};
use crate::ports::{KeyStoreError, PromptError};

/// The folder inside the password-store where our items are, unless the user names another.
const PREFIX: &str = "vault";

/// Names another program than `pass`.
const PROGRAM: &str = "AWS_VAULT_PASS_CMD";

/// Makes gpg fail where it would ask.
const WITHOUT_ASKING: &str = " --pinentry-mode error";

const SUFFIX: &str = ".gpg";

/// The suffix of an item that is not in its place yet. No item's own name ends this way.
const ASIDE: &str = "~new";

/// More bytes than any of our items has.
const MOST: usize = 8192;

/// More bytes than the list of most key rings; a longer one certainly has keys.
const MOST_KEYS: usize = 64 * 1024;

/// Items under one folder of the user's password-store.
pub struct PassStore<'a> {
    env: &'a Environment,
    prompt: &'a dyn PassphrasePrompt,
    /// The folder of the password-store; `None` for a user without a home.
    directory: Option<PathBuf>,
    prefix: String,
    /// The item to remove if a signal ends this process: it is not in its final place yet.
    left_aside: RefCell<Option<String>>,
}

/// The result of running `pass`.
struct Run {
    success: bool,
    output: Zeroizing<Vec<u8>>,
    errors: String,
    /// It printed more than any of our items has.
    too_long: bool,
}

impl<'a> PassStore<'a> {
    /// The places come from aws-vault's variables, else the settings and `pass`'s own variables, else the defaults.
    #[must_use]
    pub fn new(env: &'a Environment, prompt: &'a dyn PassphrasePrompt, prefix: Option<&str>) -> Self {
        let directory = env
            .path("AWS_VAULT_PASS_PASSWORD_STORE_DIR")
            .or_else(|| env.path("PASSWORD_STORE_DIR"))
            .or_else(|| Some(env.path("HOME").or_else(dirs::home)?.join(".password-store")));
        let prefix = env.text("AWS_VAULT_PASS_PREFIX").or(prefix).unwrap_or(PREFIX).trim_matches('/').to_owned();
        Self { env, prompt, directory, prefix, left_aside: RefCell::default() }
    }

    fn path(&self, item: &ItemName) -> String {
        if self.prefix.is_empty() { item.file_stem() } else { format!("{}/{}", self.prefix, item.file_stem()) }
    }

    /// Where the item is until it has been read back.
    fn aside(&self, item: &ItemName) -> String {
        self.path(item) + ASIDE
    }

    /// The item's file, with the path that `pass` gives it.
    fn file(&self, path: &str) -> Result<PathBuf, KeyStoreError> {
        Ok(self.directory()?.join(path.to_owned() + SUFFIX))
    }

    /// The file of an item of ours.
    pub(super) fn file_of(&self, item: &ItemName) -> Result<PathBuf, KeyStoreError> {
        self.file(&self.path(item))
    }

    fn directory(&self) -> Result<&PathBuf, KeyStoreError> {
        let directory = self.directory.as_ref().ok_or_else(|| unavailable("the user has no home directory"))?;
        // As `pass` finds its recipients: from the item's folder upwards, unless a variable names them.
        let has_recipients = directory
            .join(&self.prefix)
            .ancestors()
            .take_while(|folder| folder.starts_with(directory))
            .any(|folder| files::exists(&folder.join(".gpg-id")));
        if has_recipients || self.env.text("PASSWORD_STORE_KEY").is_some() {
            Ok(directory)
        } else {
            Err(unavailable(format!("there is no password-store in `{}`: run `pass init GPG-ID`", shown(directory))))
        }
    }

    /// If something other than a file is there, `pass` would say that there is no item, or move one into a folder of that name.
    fn check(file: &Path) -> Result<(), KeyStoreError> {
        check_place(Backend::Pass, file)
    }

    fn holds(&self, item: &ItemName) -> Result<bool, KeyStoreError> {
        Ok(files::exists(&self.file_of(item)?))
    }

    /// The state of the item's file: whether it begins as gpg writes it.
    pub(super) fn look(&self, item: &ItemName) -> ItemState {
        /// How gpg begins a file that can be read as text.
        const ARMOR: &[u8] = b"-----BEGIN PGP MESSAGE-----";
        let file = match self.file_of(item) {
            Ok(file) => file,
            Err(error) => return ItemState::Unseen(error.to_string()),
        };
        match files::read_optional(&file) {
            Ok(None) => ItemState::Missing,
            Ok(Some(sealed)) => match &sealed[..] {
                [] => ItemState::Damaged("it is empty".to_owned()),
                // Every packet begins with this bit.
                [0x80..=0xff, _, ..] => ItemState::Present,
                sealed if sealed.starts_with(ARMOR) => ItemState::Present,
                _ => ItemState::Damaged("it is not a file that gpg encrypted".to_owned()),
            },
            Err(error) => ItemState::Damaged(error.to_string()),
        }
    }

    fn command(&self, arguments: &[&str], gpg_options: &str) -> Command {
        let mut command = process::helper(self.env, self.env.os(PROGRAM).unwrap_or("pass".as_ref()));
        command.args(arguments);
        if let Some(directory) = &self.directory {
            command.env("PASSWORD_STORE_DIR", directory);
        }
        // gpg's status lines say what went wrong in every language.
        let mut options = self.env.os("PASSWORD_STORE_GPG_OPTS").unwrap_or_default().to_owned();
        options.push(" --status-fd=2");
        options.push(gpg_options);
        command.env("PASSWORD_STORE_GPG_OPTS", options);
        // Without it, gpg's agent does not know which terminal to use, and it gives up if it names none, as in a shell that was started
        // without a terminal (`not a tty`) or on a closed one.
        if !self.env.path("GPG_TTY").is_some_and(|path| tty::is_terminal(&path)) {
            match tty::device() {
                Some(terminal) => command.env("GPG_TTY", terminal),
                None => command.env_remove("GPG_TTY"),
            };
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs `pass`. While another process asks on the terminal, it is first run so that it asks nothing: gpg needs no passphrase to encrypt, nor
    /// to decrypt if the key has none or its agent remembers it. What fails then is done again.
    fn run(&self, arguments: &[&str], input: Option<&SecretSlice<u8>>) -> Result<Run, KeyStoreError> {
        // Another program than `pass` may not pass the option on to gpg.
        if self.env.os(PROGRAM).is_none() && !self.may_sign(arguments) && self.prompt.is_anothers_turn() {
            let run = self.run_now(self.command(arguments, WITHOUT_ASKING), input)?;
            if run.success || run.too_long {
                return Ok(run);
            }
        }
        // gpg may ask there, and no other prompt may come in between.
        let _turn = self.prompt.turn_of_another_program().map_err(|error| match error {
            PromptError::InUse(holder) => KeyStoreError::InUse { backend: Backend::Pass, holder },
            error => KeyStoreError::Cancelled { backend: Backend::Pass, reason: error.to_string() },
        })?;
        self.run_now(self.command(arguments, ""), input)
    }

    /// Whether `pass` may commit what it does: git may sign it with a gpg that does not get our options.
    fn may_sign(&self, arguments: &[&str]) -> bool {
        let Some(directory) = &self.directory else { return false };
        let has_git = |folder: &Path| files::exists(&folder.join(".git"));
        arguments.first() != Some(&"show")
            && directory.join(&self.prefix).ancestors().take_while(|folder| folder.starts_with(directory)).any(has_git)
    }

    /// Runs `pass` without waiting for a turn.
    fn run_now(&self, mut command: Command, input: Option<&SecretSlice<u8>>) -> Result<Run, KeyStoreError> {
        let (mut errors, asks) = (String::new(), Cell::new(None));
        let heard = |heard: Heard<'_>| {
            if let Some(line) = heard.line() {
                asks.set(status(line).and_then(pinentry).or(asks.get()));
                errors.extend([line, "\n"]);
            }
        };
        let at_a_signal = || {
            // gpg's agent started it, so no signal from us or the terminal reaches it.
            asks.get().into_iter().for_each(process::end_pinentry);
            let aside = self.left_aside.take();
            if let Some(aside) = aside.filter(|aside| self.file(aside).is_ok_and(|file| files::exists(&file))) {
                // If it stays, it is encrypted, and the next `save` overwrites it.
                let _ = answer::of("`pass`", &mut self.command(&["rm", "-f", &aside], ""), MOST, None, |_| ());
            }
        };
        let answer = answer::of_with("`pass`", &mut command, MOST, input, heard, &at_a_signal).map(Some).or_else(|error| match error {
            NoAnswer::TooMuch => Ok(None),
            error if error.is_missing() => Err(unavailable("`pass` is not installed: see https://www.passwordstore.org")),
            NoAnswer::Interrupted => Err(KeyStoreError::Cancelled { backend: Backend::Pass, reason: "a signal came".to_owned() }),
            error => Err(unavailable(format!("`pass` {error}"))),
        })?;
        Ok(match answer {
            Some(answer) => Run { success: answer.status.success(), output: answer.text, errors, too_long: false },
            None => Run { success: false, output: Zeroizing::default(), errors, too_long: true },
        })
    }
}

impl PassStore<'_> {
    /// Inserts the secret under the path `aside`, and checks that it can be read back: `pass` accepts what came through the pipe as
    /// complete, even if the writer was killed.
    fn insert(&self, item: &ItemName, aside: &str, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        // Security: the secret goes through stdin, because every user of the machine can see arguments.
        let run = self.run(&["insert", "-m", "-f", aside], Some(secret))?;
        if !run.success || !files::exists(&self.file(aside)?) {
            return Err(fault(item.as_str(), &run.errors));
        }
        match self.read_back(item, aside, secret) {
            // If gpg cannot ask for its passphrase, as in a script, gpg's exit status is enough if no existing key is at risk.
            Err(KeyStoreError::Locked { .. } | KeyStoreError::NoPinentry) if !self.holds(item)? => Ok(()),
            result => result,
        }
    }

    /// Why the item cannot be read. gpg reports a missing key and a missing agent in the same way, except in prose.
    fn why_not_read(&self, item: &str, run: &Run) -> KeyStoreError {
        if run.too_long {
            return KeyStoreError::Corrupt {
                backend: Backend::Pass,
                item: item.to_owned(),
                reason: "it is longer than any key".to_owned(),
            };
        }
        match fault(item, &run.errors) {
            KeyStoreError::NoGpgKey { item } => {
                let mut list = process::helper(self.env, "gpg");
                list.args(["--batch", "--list-secret-keys", "--with-colons"]).stdin(Stdio::null());
                // It asks the agent for its keys.
                match answer::of("`gpg`", &mut list, MOST_KEYS, None, |_| ()) {
                    Ok(answer) if !answer.status.success() => KeyStoreError::NoGpgAgent,
                    _ => KeyStoreError::NoGpgKey { item },
                }
            }
            error => error,
        }
    }

    fn read_back(&self, item: &ItemName, path: &str, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        let run = self.run(&["show", path], None)?;
        if !run.success {
            return Err(self.why_not_read(item.as_str(), &run));
        }
        let whole = run.output.trim_ascii() == secret.expose_secret();
        if whole { Ok(()) } else { Err(unavailable("`pass show` returned something other than what was stored")) }
    }

    /// Moves `aside` to the item's place. An existing item disappears only once the new one is in place.
    fn put_in_place(&self, item: &ItemName, aside: &str, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        let path = self.path(item);
        let content = |path: &str| files::read_optional(&self.file(path)?).map_err(|error| unavailable(error.to_string()));
        let sealed = content(aside)?;
        let run = self.run(&["mv", "-f", aside, &path], None)?;
        if files::exists(&self.file(aside)?) {
            return Err(fault(item.as_str(), &run.errors));
        }
        // If the recipients have changed, `pass` encrypts the item again when it moves it.
        if sealed.is_none() || content(&path)? != sealed {
            self.read_back(item, &path, secret)?;
        }
        if !run.success {
            tracing::warn!("the key is stored, but `pass mv` failed: {}", last_words(&run.errors));
        }
        Ok(())
    }

    /// Removes an `aside` item of this or an earlier run. If it stays, it is encrypted, and the next `save` overwrites it.
    fn drop_aside(&self, aside: &str) {
        if self.file(aside).is_ok_and(|file| files::exists(&file))
            && let Err(error) = self.run(&["rm", "-f", aside], None)
        {
            tracing::info!("not removed: {error}");
        }
    }
}

impl SecretStore for PassStore<'_> {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        if !self.holds(item)? {
            return Err(not_found(item));
        }
        Self::check(&self.file_of(item)?)?;
        let run = self.run(&["show", &self.path(item)], None)?;
        if run.success { Ok(payload::exact(run.output.trim_ascii())) } else { Err(self.why_not_read(item.as_str(), &run)) }
    }

    fn save_after(&self, item: &ItemName, secret: &SecretSlice<u8>, before: Before<'_>) -> Result<(), KeyStoreError> {
        let (path, aside) = (self.path(item), self.aside(item));
        let folder = self.directory()?.join(&path);
        if files::is_directory(&folder) {
            Self::check(&folder)?;
        }
        Self::check(&self.file(&path)?)?;
        Self::check(&self.file(&aside)?)?;
        self.left_aside.replace(Some(aside.clone()));
        let stored = self.insert(item, &aside, secret).and_then(|()| before());
        self.left_aside.take();
        let stored = stored.and_then(|()| self.put_in_place(item, &aside, secret));
        if stored.is_err() {
            self.drop_aside(&aside);
        }
        stored
    }

    fn delete_after(&self, item: &ItemName, before: Before<'_>) -> Result<(), KeyStoreError> {
        if !self.holds(item)? {
            return Err(not_found(item));
        }
        Self::check(&self.file_of(item)?)?;
        self.drop_aside(&self.aside(item));
        before()?;
        let run = self.run(&["rm", "-f", &self.path(item)], None)?;
        if run.success && !self.holds(item)? { Ok(()) } else { Err(fault(item.as_str(), &run.errors)) }
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        let folder = self.directory()?.join(&self.prefix);
        let names = files::names_in(&folder).map_err(|error| unavailable(error.to_string()))?;
        let is_file = |name: &&String| files::instead_of_a_file(&folder.join(name)).is_none();
        Ok(names.iter().filter(is_file).filter_map(|name| ItemName::from_file_stem(name.strip_suffix(SUFFIX)?)).collect())
    }
}

fn not_found(item: &ItemName) -> KeyStoreError {
    KeyStoreError::NotFound { backend: Backend::Pass, item: item.to_string(), elsewhere: Vec::new() }
}

fn unavailable(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::Unavailable { backend: Backend::Pass, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keystore::NoPassphrasePrompt;

    #[test]
    fn a_missing_program_and_a_missing_store_are_named() {
        let item = ItemName::parse("x").unwrap();
        let empty = tempfile::tempdir().unwrap();
        let place = empty.path().to_str().unwrap();
        let env = Environment::of([("PASSWORD_STORE_DIR", place), ("PATH", place)]);
        let error = PassStore::new(&env, &NoPassphrasePrompt, None).load(&item).unwrap_err().to_string();
        assert!(error.contains("run `pass init GPG-ID`"), "{error}");
        files::write_private(&empty.path().join(".gpg-id"), b"x").unwrap();
        assert!(matches!(PassStore::new(&env, &NoPassphrasePrompt, None).load(&item), Err(KeyStoreError::NotFound { .. })));
        let error = PassStore::new(&env, &NoPassphrasePrompt, None).save(&item, &payload::exact(b"s")).unwrap_err().to_string();
        assert!(error.contains("`pass` is not installed"), "{error}");
    }

    #[test]
    fn only_what_git_may_commit_may_be_signed() {
        for (folder, signs) in [(None, false), (Some(".git"), true), (Some("vault/.git"), true), (Some("elsewhere/.git"), false)] {
            let store = tempfile::tempdir().unwrap();
            if let Some(folder) = folder {
                files::create_private_directory(&store.path().join(folder)).unwrap();
            }
            let env = Environment::of([("PASSWORD_STORE_DIR", store.path().to_str().unwrap())]);
            let pass = PassStore::new(&env, &NoPassphrasePrompt, None);
            for command in ["insert", "mv", "rm"] {
                assert_eq!(pass.may_sign(&[command, "x"]), signs, "{command} {folder:?}");
            }
            assert!(!pass.may_sign(&["show", "x"]), "{folder:?}");
        }
    }
}
