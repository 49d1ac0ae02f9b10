//! Decides where the passphrase of the `file` keystore comes from: a variable, a command, or the user. Never keeps it, and never accepts
//! an empty one.

use std::process::Stdio;

use secrecy::{ExposeSecret, SecretString};

use crate::model::Backend;
use crate::os::answer::NoAnswer;
use crate::os::env::Environment;
use crate::os::relay::Relay;
use crate::os::{answer, process};
use crate::ports::{KeyStoreError, Notices, PromptError, TurnGuard};

const VARIABLE: &str = "AWS_VAULT_FILE_PASSPHRASE";
const COMMAND: &str = "AWS_VAULT_FILE_PASSPHRASE_COMMAND";

/// The longest passphrase from a command, in bytes, including its line end.
const MOST: usize = 4096;

/// How to ask the user for a passphrase.
pub trait PassphrasePrompt {
    /// Asks once, without showing the input. `complaint` says what was wrong with the previous answer.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError>;

    /// The same, and the prompt is closed with [`PromptError::MadeElsewhere`] as soon as another process has unlocked the keystore.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn ask_unless(&self, question: &str, complaint: Option<&str>, _unlocked: &dyn Fn() -> bool) -> Result<SecretString, PromptError> {
        self.ask(question, complaint)
    }

    /// Waits until no other process asks in the same place, and keeps others from asking there as long as the guard lives. Ends with
    /// [`PromptError::MadeElsewhere`] as soon as another process has unlocked the keystore.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn turn(&self, _unlocked: &dyn Fn() -> bool) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(NoTurn))
    }

    /// Whether another process asks there now, so that taking the turn would wait for it.
    fn is_anothers_turn(&self) -> bool {
        false
    }

    /// Whether another process has made what the keystore is unlocked for.
    fn is_made_elsewhere(&self) -> bool {
        false
    }

    /// The same for a program that may ask the user itself, on the terminal of this process.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn turn_of_another_program(&self) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(NoTurn))
    }
}

/// For prompts that use no terminal.
struct NoTurn;

impl TurnGuard for NoTurn {}

/// For when there is no way to ask.
#[derive(Debug, Clone, Copy)]
pub struct NoPassphrasePrompt;

impl PassphrasePrompt for NoPassphrasePrompt {
    fn ask(&self, _question: &str, _complaint: Option<&str>) -> Result<SecretString, PromptError> {
        Err(PromptError::Unavailable("there is no terminal".to_owned()))
    }
}

/// A passphrase, and the variable that it comes from; `None`: the user typed it, so asking again may help.
pub(super) struct Passphrase {
    pub(super) text: SecretString,
    pub(super) given_by: Option<&'static str>,
}

/// The right to ask for a passphrase; `None` if nobody needs to be asked.
pub(super) fn turn(
    env: &Environment,
    prompt: &dyn PassphrasePrompt,
    unlocked: &dyn Fn() -> bool,
) -> Result<Option<Box<dyn TurnGuard>>, KeyStoreError> {
    if is_given(env) {
        return Ok(None);
    }
    match prompt.turn(unlocked) {
        // The caller looks at what the other process did.
        Err(PromptError::MadeElsewhere) => Ok(None),
        turn => turn.map(Some).map_err(not_given),
    }
}

/// Whether a variable or a command gives the passphrase, so that no prompt is needed.
pub(super) fn is_given(env: &Environment) -> bool {
    env.os(VARIABLE).is_some() || env.text(COMMAND).is_some()
}

/// The passphrase of an existing keystore; `None` if the prompt was closed because another process has unlocked it.
pub(super) fn existing(
    env: &Environment,
    notices: &dyn Notices,
    prompt: &dyn PassphrasePrompt,
    complaint: Option<&str>,
    unlocked: &dyn Fn() -> bool,
) -> Result<Option<Passphrase>, KeyStoreError> {
    if let Some(text) = unasked(env, notices)? {
        return Ok(Some(Passphrase { text, given_by: Some(if env.os(VARIABLE).is_some() { VARIABLE } else { COMMAND }) }));
    }
    match prompt.ask_unless("Passphrase of the file keystore", complaint, unlocked) {
        Ok(text) => Ok(Some(Passphrase { text, given_by: None })),
        Err(PromptError::MadeElsewhere) => Ok(None),
        Err(error) => Err(not_given(error)),
    }
}

/// The passphrase for a new keystore. The user is asked twice, because nobody could open the keystore after a typo.
pub(super) fn new(env: &Environment, notices: &dyn Notices, prompt: &dyn PassphrasePrompt) -> Result<SecretString, KeyStoreError> {
    if let Some(text) = unasked(env, notices)? {
        return Ok(text);
    }
    // The two questions belong together.
    let _turn = turn(env, prompt, &|| false)?;
    let mut complaint = None;
    for _ in 0..3 {
        let first = ask(prompt, "New passphrase for the file keystore", complaint)?;
        if first.expose_secret().is_empty() {
            complaint = Some("an empty passphrase protects nothing");
            continue;
        }
        let second = ask(prompt, "Repeat the passphrase", None)?;
        if first.expose_secret() == second.expose_secret() {
            return Ok(first);
        }
        complaint = Some("the passphrases do not match");
    }
    Err(denied(complaint.unwrap_or_default()))
}

fn unasked(env: &Environment, notices: &dyn Notices) -> Result<Option<SecretString>, KeyStoreError> {
    if env.os(VARIABLE).is_some() {
        return env.secret(VARIABLE).map(Some).ok_or_else(|| denied(format!("`{VARIABLE}` is not Unicode text")));
    }
    env.text(COMMAND).map(|line| from_command(env, notices, line)).transpose()
}

fn from_command(env: &Environment, notices: &dyn Notices, line: &str) -> Result<SecretString, KeyStoreError> {
    let failed = |why: String| KeyStoreError::NoPassphrase { backend: Backend::File, reason: format!("the command of `{COMMAND}` {why}") };
    // Not our stdin: it may hold data for the command that the user wants to run.
    let name = format!("the command of `{COMMAND}`");
    let mut relay = Relay::of(&name, notices);
    let heard = |heard: answer::Heard<'_>| relay.hear(heard);
    let answer = answer::of(&name, process::shell(env, line).stdin(Stdio::null()), MOST, None, heard).map_err(|error| match error {
        NoAnswer::TooMuch => failed("printed more than a passphrase".to_owned()),
        error => failed(error.to_string()),
    })?;
    if !answer.status.success() {
        return Err(failed(relay.with_last_words(format!("failed ({})", answer.status))));
    }
    let text = std::str::from_utf8(&answer.text).map_err(|_| failed("printed something that is not Unicode text".to_owned()))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() { Err(failed("printed nothing".to_owned())) } else { Ok(SecretString::from(text)) }
}

fn ask(prompt: &dyn PassphrasePrompt, question: &str, complaint: Option<&str>) -> Result<SecretString, KeyStoreError> {
    prompt.ask(question, complaint).map_err(not_given)
}

fn not_given(error: PromptError) -> KeyStoreError {
    match error {
        PromptError::Cancelled => {
            KeyStoreError::Cancelled { backend: Backend::File, reason: "the prompt for the passphrase was cancelled".to_owned() }
        }
        PromptError::Unanswered | PromptError::MadeElsewhere | PromptError::ClientGone => {
            KeyStoreError::Cancelled { backend: Backend::File, reason: error.to_string() }
        }
        PromptError::Unavailable(why) => {
            KeyStoreError::Locked { backend: Backend::File, reason: format!("there is no way to ask for the passphrase here: {why}") }
        }
        PromptError::InUse(holder) => KeyStoreError::InUse { backend: Backend::File, holder },
        PromptError::OfProcess(why) | PromptError::Failed(why) => denied(why),
    }
}

fn denied(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::Denied { backend: Backend::File, reason: reason.into() }
}

#[cfg(all(test, unix))]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::ports::NoNotices;

    struct Answers(RefCell<Vec<&'static str>>);

    impl PassphrasePrompt for Answers {
        fn ask(&self, _question: &str, _complaint: Option<&str>) -> Result<SecretString, PromptError> {
            self.0.borrow_mut().pop().map(SecretString::from).ok_or(PromptError::Cancelled)
        }
    }

    fn given(env: &Environment, prompt: &dyn PassphrasePrompt) -> Result<Passphrase, KeyStoreError> {
        existing(env, &NoNotices, prompt, None, &|| false).map(|given| given.expect("no prompt was closed"))
    }

    fn typed(mut answers: Vec<&'static str>) -> Answers {
        answers.reverse();
        Answers(RefCell::new(answers))
    }

    #[test]
    fn the_variable_comes_before_the_command_and_the_person() {
        for (variable, command, expected) in
            [("v", "echo c", "v"), ("", "echo c", "c"), ("", "printf ' c \\r\\n'", " c "), ("", "printf 'c\\n\\n'", "c\n"), ("", "", "t")]
        {
            let env = Environment::of([(VARIABLE, variable), (COMMAND, command), ("PATH", "/usr/bin:/bin")]);
            let got = given(&env, &typed(vec!["t"])).map_err(|error| error.to_string()).unwrap();
            assert_eq!((got.text.expose_secret(), got.given_by.is_none()), (expected, expected == "t"), "{variable} {command}");
        }
    }

    #[test]
    fn a_command_that_gives_no_passphrase_is_an_error_and_not_a_prompt() {
        for (command, words) in
            [("false", "failed"), ("true", "printed nothing"), ("printf '\\377'", "not Unicode"), ("yes", "more than a passphrase")]
        {
            let env = Environment::of([(COMMAND, command), ("PATH", "/usr/bin:/bin")]);
            let error = given(&env, &typed(vec!["t"])).err().unwrap();
            assert!(matches!(&error, KeyStoreError::NoPassphrase { reason, .. } if reason.contains(words)), "{error}");
        }
    }

    // Security: the passphrase itself never reaches the command.
    #[test]
    fn the_command_sees_none_of_our_variables() {
        let env =
            Environment::of([(COMMAND, "env | grep AWS_VAULT_ || echo none"), ("AWS_VAULT_MFA_TOKEN", "1"), ("PATH", "/usr/bin:/bin")]);
        assert_eq!(given(&env, &NoPassphrasePrompt).ok().unwrap().text.expose_secret(), "none");
    }

    #[test]
    fn a_new_passphrase_is_typed_twice_and_not_empty() {
        let env = Environment::of([]);
        assert_eq!(new(&env, &NoNotices, &typed(vec!["", "a", "b", "c", "c"])).ok().unwrap().expose_secret(), "c");
        assert!(new(&env, &NoNotices, &typed(vec!["a", "b", "a", "b", "a", "b", "c", "c"])).is_err());
        assert!(matches!(new(&env, &NoNotices, &typed(vec![])), Err(KeyStoreError::Cancelled { .. })));
        assert!(matches!(new(&env, &NoNotices, &NoPassphrasePrompt), Err(KeyStoreError::Locked { .. })));
    }
}
