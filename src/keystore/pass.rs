//! The `pass` keystore: items in the user's own password-store, through the user's own `pass`. Runs gpg itself only to ask why; never repeats what
//! `pass` printed on stdout, and never overwrites the only copy of an item.

mod elsewhere;

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

use super::{Before, ItemName, PassphrasePrompt, SecretStore, payload};
use crate::model::{Backend, shown};
use crate::os::answer::Heard;
use crate::os::env::Environment;
use crate::os::{answer, dirs, files, process, tty};
use crate::ports::{GpgRecipientFault, KeyStoreError, PromptError};

/// The folder inside the password-store where our items are, unless the user names another.
const PREFIX: &str = "vault";

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

    fn holds(&self, item: &ItemName) -> Result<bool, KeyStoreError> {
        Ok(files::exists(&self.file_of(item)?))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::helper(self.env, self.env.os("AWS_VAULT_PASS_CMD").unwrap_or("pass".as_ref()));
        command.args(arguments);
        if let Some(directory) = &self.directory {
            command.env("PASSWORD_STORE_DIR", directory);
        }
        // gpg's status lines say what went wrong in every language.
        let mut options = self.env.os("PASSWORD_STORE_GPG_OPTS").unwrap_or_default().to_owned();
        options.push(" --status-fd=2");
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

    fn run(&self, arguments: &[&str], input: Option<&SecretSlice<u8>>) -> Result<Run, KeyStoreError> {
        let mut command = self.command(arguments);
        // gpg may ask there, and no other prompt may come in between.
        let _turn = self.prompt.turn_of_another_program().map_err(|error| match error {
            PromptError::InUse(holder) => KeyStoreError::InUse { backend: Backend::Pass, holder },
            error => KeyStoreError::Cancelled { backend: Backend::Pass, reason: error.to_string() },
        })?;
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
                let _ = answer::of("`pass`", &mut self.command(&["rm", "-f", &aside]), MOST, None, |_| ());
            }
        };
        let answer = answer::of_with("`pass`", &mut command, MOST, input, heard, &at_a_signal).map_err(|error| match error.kind() {
            ErrorKind::NotFound => unavailable("`pass` is not installed: see https://www.passwordstore.org"),
            ErrorKind::Interrupted => KeyStoreError::Cancelled { backend: Backend::Pass, reason: "a signal came".to_owned() },
            _ => unavailable(format!("`pass` cannot be run: {}", files::reason(&error))),
        })?;
        Ok(Run { success: answer.status.success(), output: answer.text, errors })
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
    fn why_not_read(&self, item: &str, errors: &str) -> KeyStoreError {
        match fault(item, errors) {
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
            return Err(self.why_not_read(item.as_str(), &run.errors));
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
        let run = self.run(&["show", &self.path(item)], None)?;
        if run.success { Ok(payload::exact(run.output.trim_ascii())) } else { Err(self.why_not_read(item.as_str(), &run.errors)) }
    }

    fn save_after(&self, item: &ItemName, secret: &SecretSlice<u8>, before: Before<'_>) -> Result<(), KeyStoreError> {
        let (path, aside) = (self.path(item), self.aside(item));
        let folder = self.directory()?.join(&path);
        if files::is_directory(&folder) {
            return Err(unavailable(format!("a folder is in the item's place: `{}`", shown(&folder))));
        }
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
        self.drop_aside(&self.aside(item));
        before()?;
        let run = self.run(&["rm", "-f", &self.path(item)], None)?;
        if run.success && !self.holds(item)? { Ok(()) } else { Err(fault(item.as_str(), &run.errors)) }
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        let names = files::names_in(&self.directory()?.join(&self.prefix)).map_err(|error| unavailable(error.to_string()))?;
        Ok(names.iter().filter_map(|name| ItemName::from_file_stem(name.strip_suffix(SUFFIX)?)).collect())
    }
}

/// Why gpg failed, from its status lines (`doc/DETAILS` of `GnuPG`), else the last output of `pass`.
fn fault(item: &str, errors: &str) -> KeyStoreError {
    const BAD_PASSPHRASE: u32 = 11;
    const CANCELED: u32 = 99;
    const FULLY_CANCELED: u32 = 198;
    let backend = Backend::Pass;
    let find = |keyword: &str| errors.lines().filter_map(status).find(|line| line.split(' ').next() == Some(keyword));
    // `ERROR pkdecrypt_failed 83886179`, from GnuPG 2.4 on: the lower 16 bits are the code, the upper ones say who reported it.
    let code = find("ERROR").and_then(|line| line.split(' ').nth(2)?.parse::<u32>().ok()).map(|code| code & 0xffff);
    let locked = |reason: &str| KeyStoreError::Locked { backend, reason: reason.to_owned() };
    let denied = |reason: &str| KeyStoreError::Denied { backend, reason: reason.to_owned() };
    match code {
        Some(CANCELED | FULLY_CANCELED) => {
            KeyStoreError::Cancelled { backend, reason: "the prompt for the gpg passphrase was cancelled".to_owned() }
        }
        Some(BAD_PASSPHRASE) => denied("wrong gpg passphrase"),
        _ if find("NODATA").is_some() || find("BADMDC").is_some() => {
            KeyStoreError::Corrupt { backend, item: item.to_string(), reason: "gpg finds no complete encrypted message in it".to_owned() }
        }
        // Older versions always say "No secret key". A key that was considered exists, so its passphrase was missing.
        _ if find("DECRYPTION_FAILED").is_some() => match (find("KEY_CONSIDERED"), find("PINENTRY_LAUNCHED")) {
            (None, _) => KeyStoreError::NoGpgKey { item: item.to_string() },
            (Some(_), None) => KeyStoreError::NoPinentry,
            // The result of `GPG_TTY=$(tty)` without a terminal, as a field of a status line.
            (Some(_), Some(line)) if line.contains("not a tty") => locked("gpg has no terminal on which to ask for its passphrase"),
            (Some(_), Some(_)) => locked("gpg asked for its passphrase and did not get it"),
        },
        _ => recipient(&find).unwrap_or_else(|| unavailable(format!("`pass` failed: {}", last_words(errors)))),
    }
}

/// Why gpg does not encrypt to a recipient, from `INV_RECP <code> <who>`; it often gives no code, and says more in other lines.
fn recipient<'e>(find: &impl Fn(&str) -> Option<&'e str>) -> Option<KeyStoreError> {
    let mut words = find("INV_RECP")?.splitn(3, ' ').skip(1);
    let why = match words.next()?.parse::<u32>().ok()? {
        2 => GpgRecipientFault::Ambiguous,
        3 => GpgRecipientFault::NotForEncryption,
        4 => GpgRecipientFault::Revoked,
        5 => GpgRecipientFault::Expired,
        10 => GpgRecipientFault::NotTrusted,
        13 => GpgRecipientFault::Disabled,
        0 if find("KEYEXPIRED").is_some() => GpgRecipientFault::Expired,
        0 if find("KEYREVOKED").is_some() => GpgRecipientFault::Revoked,
        0 | 1 => GpgRecipientFault::Missing,
        _ => GpgRecipientFault::Unusable,
    };
    Some(KeyStoreError::GpgRecipient { who: words.next()?.trim().to_owned(), why })
}

/// The last output: from gpg if there is any, since `pass` only says that gpg failed. gpg prints the reason first,
/// and then the action that failed.
fn last_words(errors: &str) -> String {
    let said = || errors.lines().rev().map(str::trim).filter(|line| !line.is_empty() && status(line).is_none());
    let mut of_gpg: Vec<_> = said().filter_map(|line| line.strip_prefix("gpg: ")).take(2).collect();
    of_gpg.reverse();
    match said().next() {
        None => "no reason was given".to_owned(),
        Some(last) if of_gpg.is_empty() => last.trim_start_matches("Error: ").to_owned(),
        Some(_) => of_gpg.join("; "),
    }
}

/// The process that asks for a passphrase, from `PINENTRY_LAUNCHED <pid> …`.
fn pinentry(status: &str) -> Option<i32> {
    status.strip_prefix("PINENTRY_LAUNCHED ")?.split(' ').next()?.parse().ok()
}

fn status(line: &str) -> Option<&str> {
    line.trim().strip_prefix("[GNUPG:] ")
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
    fn what_gpg_says_becomes_a_cause() {
        const KEY: &str = "[GNUPG:] ENC_TO F1 1 0\n[GNUPG:] KEY_CONSIDERED 19 0\n";
        const END: &str = "[GNUPG:] DECRYPTION_FAILED\ngpg: decryption failed: No secret key\n";
        for (errors, expected) in [
            (format!("[GNUPG:] ENC_TO F1 1 0\n{END}"), "gpg does not have the secret key that the item `x` in the pass keystore is encrypted to"),
            (format!("{KEY}{END}"), "gpg could not start the program"),
            (format!("{KEY}[GNUPG:] PINENTRY_LAUNCHED 1 gnome3:curses 1.2.1 not a tty xterm - ? 0/0 -\n{END}"), "gpg has no terminal"),
            (format!("{KEY}[GNUPG:] PINENTRY_LAUNCHED 3\n{END}"), "keystore is locked: gpg asked"),
            (format!("{KEY}[GNUPG:] ERROR pkdecrypt_failed 83886179\n{END}"), "keystore was not unlocked: the prompt"),
            (format!("{KEY}[GNUPG:] ERROR pkdecrypt_failed 67108875\n{END}"), "keystore refused: wrong"),
            ("gpg: no valid OpenPGP data found.\n[GNUPG:] NODATA 1\n".to_owned(), "`x` in the pass keystore is damaged"),
            (
                "[GNUPG:] INV_RECP 5 A B <a@example.com>\ngpg: A B: skipped: Unusable public key\nPassword encryption aborted.\n"
                    .to_owned(),
                "gpg cannot encrypt to `A B <a@example.com>`, a recipient of the password store: it has expired",
            ),
            ("[GNUPG:] INV_RECP 1 x\n".to_owned(), "`x`, a recipient of the password store: the key ring has no usable key of that name"),
            ("[GNUPG:] INV_RECP 10 x\n".to_owned(), "it is not trusted"),
            ("[GNUPG:] KEYEXPIRED 1577923200\n[GNUPG:] INV_RECP 0 x\n".to_owned(), "it has expired"),
            ("[GNUPG:] KEYREVOKED\n[GNUPG:] INV_RECP 0 x\n".to_owned(), "it is revoked"),
            (
                "gpg: 48E1: There is no assurance this key belongs to the named user\ngpg: cannot open '/dev/tty': No such device\nPassword encryption aborted.\n".to_owned(),
                "`pass` failed: 48E1: There is no assurance this key belongs to the named user; cannot open '/dev/tty'",
            ),
            (
                "gpg: error writing to '-': No space left on device\nPassword encryption aborted.\n".to_owned(),
                "`pass` failed: error writing to '-': No space left on device",
            ),
            ("Error: the store is on fire.\n".to_owned(), "not available: `pass` failed: the store is on fire."),
            (String::new(), "no reason was given"),
        ] {
            let error = fault("x", &errors).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

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
}
