//! Looks for keys where the command line says, else everywhere. Never changes anything there.

use std::path::Path;

use crate::app::aws_files::AwsFile;
use crate::app::{Context, Failure, console_csv};
use crate::config::{ConfigError, FileKind, SourceFile};
use crate::foreign::{Tool, credentials};
use crate::os::{dirs, files};

use super::gathered::{Gathered, PlainFile};
use super::{Arguments, Source, aws_vault};

pub(super) fn gather(context: &Context, arguments: &Arguments) -> Result<Gathered, Failure> {
    let mut gathered = Gathered::default();
    let is_of_aws_vault = matches!(arguments.source, None | Some(Source::AwsVault));
    if !is_of_aws_vault && arguments.aws_vault.are_given() {
        return Err(Failure::usage("`--store`, `--dir`, `--prefix` and `--collection` are about the stores of aws-vault")
            .hint("run `vault import aws-vault`, or leave them out"));
    }
    match (arguments.source, &arguments.file) {
        (Some(Source::Csv), Some(path)) => csv_file(&mut gathered, path)?,
        (Some(Source::Csv), None) => {
            return Err(Failure::usage("`import csv` needs a file").hint("name the file: `vault import csv FILE`"));
        }
        (Some(Source::Credentials), Some(path)) => {
            let is_config = AwsFile::Config.place(&context.env).is_some_and(|config| config == *path);
            let (tool, kind) = if is_config { (Tool::Config, FileKind::Config) } else { (Tool::Credentials, FileKind::Credentials) };
            plain_file(&mut gathered, tool, kind, path, true)?;
        }
        (Some(Source::Credentials), None) => {
            plain_file(&mut gathered, Tool::Credentials, FileKind::Credentials, &AwsFile::Credentials.path(&context.env)?, true)?;
        }
        (Some(Source::AwsVault), Some(_)) => {
            return Err(Failure::usage("`import aws-vault` takes no file").hint("name the folder of its `file` store with `--dir`"));
        }
        (Some(Source::AwsVault), None) => {}
        (None, _) => {
            for (tool, kind, file) in
                [(Tool::Credentials, FileKind::Credentials, AwsFile::Credentials), (Tool::Config, FileKind::Config, AwsFile::Config)]
            {
                let path = file.path(&context.env)?;
                if let Err(failure) = plain_file(&mut gathered, tool, kind, &path, false) {
                    gathered.troubles.push(failure);
                }
            }
        }
    }
    if is_of_aws_vault {
        aws_vault::gather(context, &arguments.aws_vault, arguments.source.is_some(), &mut gathered)?;
    }
    Ok(gathered)
}

/// `must_exist`: whether the person named it.
fn plain_file(gathered: &mut Gathered, tool: Tool, kind: FileKind, path: &Path, must_exist: bool) -> Result<(), Failure> {
    gathered.looked(path);
    let bytes = if must_exist { Some(files::read(path)?) } else { files::read_optional(path)? };
    let Some(bytes) = bytes else { return Ok(()) };
    let (found, broken) = credentials::found(tool, kind, SourceFile::new(dirs::with_tilde(path), bytes)?);
    // In the config file, most sections have no key.
    let broken = broken.into_iter().filter(|_| kind == FileKind::Credentials);
    gathered.troubles.extend(broken.map(|fault: ConfigError| Failure::from(fault)));
    gathered.found.extend(found);
    gathered.files.push(PlainFile { tool, path: path.to_owned(), kind });
    Ok(())
}

fn csv_file(gathered: &mut Gathered, path: &Path) -> Result<(), Failure> {
    gathered.looked(path);
    let found = console_csv::found(path)?;
    gathered.files.push(PlainFile { tool: Tool::Csv, path: path.to_owned(), kind: FileKind::Credentials });
    gathered.found.extend(found);
    Ok(())
}
