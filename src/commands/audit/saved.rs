//! A credential report that was saved in a file. Never takes a file that cannot be read for an empty report.

use std::path::Path;

use crate::app::Failure;
use crate::judge::report::{Report, ReportFault};
use crate::model::{Timestamp, path_in_shell};
use crate::os::files;

/// How a report is saved.
const SAVE: &str = "save one with `aws iam get-credential-report --query Content --output text | base64 -d > report.csv`";

/// The report, and when the file was written: the report does not say when it was made.
///
/// # Errors
/// When the file cannot be read, or is not a complete report.
pub fn read(path: &Path) -> Result<(Report, Option<Timestamp>), Failure> {
    let bytes = files::read(path)?;
    let report = Report::parse(&bytes).map_err(|fault| failure(&fault, path))?;
    Ok((report, files::modified(path)))
}

fn failure(fault: &ReportFault, path: &Path) -> Failure {
    let failure = Failure::new(format!("`{}`: {fault}", crate::model::shown(path)));
    match fault {
        ReportFault::Value { line, .. } => failure.hint(format!("see that line: `sed -n {line}p {}`", path_in_shell(path))),
        _ => failure.hint(SAVE),
    }
}
