//! `vault help PAGE`: a page of the documentation. What `vault help COMMAND` shows is clap's: see `cli/`. Never needs a file or a network.

mod page;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::app::Failure;
use crate::cli::completion::help_topics;
use crate::os::env::Environment;
use crate::os::{pager, tty};
use crate::ui;

use page::PageParser;

pub use page::Page;

/// Print a page of the documentation, or the help of a command
///
/// On a terminal, a page is shown with PAGER, else with less if it is there. The name
/// of a page's file in docs/, such as sessions.md, works too.
#[derive(Args)]
#[command(after_help = "Examples:
  vault help planning
  vault help keystores | grep -i pass

The help of a command: vault help exec, or vault exec --help")]
pub struct Arguments {
    /// The page
    #[arg(value_parser = PageParser, value_name = "PAGE", add = ArgValueCompleter::new(help_topics))]
    page: Page,
}

/// Shows the page.
///
/// # Errors
/// When it cannot be written.
pub fn run(env: &Environment, arguments: &Arguments) -> Result<u8, Failure> {
    let page = ui::page(arguments.page.text(), &|target| Page::linked(target).map(Page::name));
    if !(tty::has_stdout() && pager::shows(env, page.as_bytes())) {
        ui::data(page.as_bytes())?;
    }
    Ok(0)
}
