//! What was found, as a table. Never shows a secret.

use crate::model::AccessKeyId;
use crate::ui::Table;

use super::candidates::{Candidate, Stored};

pub(super) fn of(candidates: &[Candidate]) -> Table<6> {
    let mut table = Table::new(["NAME", "SOURCE", "KEY", "ACCOUNT", "PROFILE", "STORED"]);
    for candidate in candidates {
        let id = candidate.key_id();
        let stored = match &candidate.stored {
            Stored::No => String::new(),
            Stored::Same(backend) => format!("in {backend}"),
            Stored::Other(other) => other.clone(),
        };
        let reason = candidate.verdict.as_ref().and_then(|verdict| verdict.reason.as_deref());
        table.row(
            [
                candidate.shown_name().to_owned(),
                candidate.tool.to_string(),
                id.map(ToString::to_string).unwrap_or_default(),
                id.and_then(AccessKeyId::account).map(|account| account.to_string()).unwrap_or_default(),
                if candidate.in_config { "in config".to_owned() } else { String::new() },
                stored,
            ],
            reason,
        );
    }
    table
}
