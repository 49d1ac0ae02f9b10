//! The planner parses `credential_process` lines with a separate list of options: it must contain every command-line option.

use vault::config::settings::Fallbacks;
use vault::config::{ProfileSet, Settings};
use vault::model::MfaSerial;
use vault::plan::{Note, PlanError, resolve};

use super::{file, inventory, plan, request};

/// Security: the variable applies to every profile, and a code from one account's device must not be sent for another account's key.
#[test]
fn the_device_of_a_variable_is_not_used_for_a_key_of_another_account() {
    let profiles = ProfileSet::index(Some(file("c", "[profile me]\nregion = us-east-1\n")), None);
    // An id that contains account 609629065308.
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
fn a_loop_is_seen_after_every_option() {
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
