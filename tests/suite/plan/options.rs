//! The planner reads `credential_process` lines by a list of options of its own: every option that the command line takes is on it.

use vault::plan::PlanError;

use super::{plan, request};

#[test]
fn a_circle_is_seen_behind_every_option() {
    let mut grammar = vault::commands::grammar();
    grammar.build();
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
