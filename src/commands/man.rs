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
    let command = grammar.name(program.to_owned());
    let failed = |error: std::io::Error| Failure::new(format!("the manual page could not be made: {error}"));
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(failed)?;
        ui::data(&page)?;
        return Ok(0);
    };
    files::create_directory(directory)?;
    let mut pages = vec![(program.to_owned(), command.clone())];
    pages.extend(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(|sub| {
        let name = format!("{program}-{}", sub.get_name());
        (name.clone(), sub.clone().name(name))
    }));
    for (name, command) in pages {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(failed)?;
        files::write_public(&directory.join(format!("{name}.1")), &page)?;
    }
    Ok(0)
}
