//! The planner reads `credential_process` lines by a list of options of its own: every option that the command line takes is on it.

use vault::config::settings::Fallbacks;
use vault::config::{ProfileSet, Settings};
use vault::model::MfaSerial;
use vault::plan::{Note, PlanError, resolve};

use super::{file, inventory, plan, request};

/// Security: the variable is set for every profile, and a code of one account's device is not sent for another account's key.
#[test]
fn the_device_of_a_variable_is_not_used_for_a_key_of_another_account() {
    let profiles = ProfileSet::index(Some(file("c", "[profile me]\nregion = us-east-1\n")), None);
    // An id that tells account 609629065308.
    let inventory = inventory([("me", "AKIAY34FZKBOKMUTVV7A")]);
    for (account, used) in [("609629065308", true), ("123456789012", false)] {
        let serial = MfaSerial::parse(&format!("arn:aws:iam::{account}:mfa/me")).unwrap();
        let settings = Settings::default().over(Fallbacks { mfa_serial: Some(serial.clone()), ..Fallbacks::default() });
        let plan = resolve(&profiles, &settings, &inventory, &request("me")).unwrap();
        assert_eq!(plan.mfa.as_ref().map(|mfa| &mfa.serial), used.then_some(&serial));
        assert_eq!(plan.notes.contains(&Note::SerialOfVariableNotUsed { serial }), !used);
    }
}

#[test]
fn a_circle_is_seen_behind_every_option() {
    let grammar = vault::cli::grammar();
    let arguments = grammar.find_subcommand("credential-process").expect("the command is there").get_arguments();
    for argument in arguments.filter(|argument| !argument.is_positional() && !matches!(argument.get_id().as_str(), "help" | "version")) {
        let long = argument.get_long().map(|name| format!("--{name}"));
        let short = argument.get_short().map(|name| format!("-{name}"));
        let value = if argument.get_action().takes_values() { " value" } else { "" };
        for option in long.into_iter().chain(short) {
            let config = format!(
                "[profile ops]\ncredential_process = vault credential-process between\n\
                 [profile between]\ncredential_process = vault credential-process {option}{value} ops\n"
            );
            assert!(matches!(plan(&config, &request("ops")), Err(PlanError::Cycle { .. })), "{option}");
        }
    }
}
