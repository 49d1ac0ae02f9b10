//! `vault man`: the manual pages, made from the text of `--help`. Never adds other text.

use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man;

use crate::app::Failure;
use crate::os::files;
use crate::ui;

/// Print the manual page, or write one for each command
#[derive(Args)]
#[command(after_help = "Examples:
  vault man | man -l -
  vault man --directory ~/.local/share/man/man1")]
pub struct Arguments {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
}

/// Prints or writes the pages of the commands of `grammar`.
///
/// # Errors
/// When they cannot be made or written.
pub fn run(arguments: &Arguments, grammar: clap::Command) -> Result<u8, Failure> {
    let program = ui::program();
    let command = grammar.name(program.to_owned()).display_name(program);
    let failed = |error: std::io::Error| Failure::new(format!("the manual page could not be made: {error}"));
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(failed)?;
        ui::data(&page)?;
        return Ok(0);
    };
    files::create_directory(directory)?;
    for (name, command) in pages(program, &command) {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(failed)?;
        files::write_public(&directory.join(format!("{name}.1")), &page)?;
    }
    Ok(0)
}

/// A command and those below it, each with the name of its page.
fn pages(name: &str, command: &clap::Command) -> Vec<(String, clap::Command)> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    let below = below.flat_map(|below| pages(&format!("{name}-{}", below.get_name()), below));
    // The grammar was built under the usual name of the program.
    let own = command.clone().name(name.to_owned()).display_name(name);
    std::iter::once((name.to_owned(), own)).chain(below).collect()
}
