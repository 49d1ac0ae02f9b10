//! Names the command that empties a store of aws-vault. Never changes such a store.

use crate::app::Context;
use crate::foreign::aws_vault::PASS_PREFIX;
use crate::foreign::aws_vault::pass::Place;
use crate::foreign::{StoreKind, Tool};
use crate::model::{in_shell, path_in_shell};
use crate::ui;

use super::aws_vault::AwsVaultArguments;
use super::candidates::Candidate;

/// How many names to list.
const MOST: usize = 10;

/// For each store whose keys are now safe here, shows how to remove them with aws-vault.
pub(super) fn tell(
    context: &Context,
    candidates: &[Candidate],
    is_safe: impl Fn(&Candidate) -> bool,
    arguments: &AwsVaultArguments,
    in_pass: Option<&Place>,
) {
    for kind in StoreKind::ALL {
        let is_of_kind = |candidate: &&Candidate| candidate.tool == Tool::AwsVault(kind) && is_safe(candidate);
        let names: Vec<_> = candidates.iter().filter(is_of_kind).map(|candidate| in_shell(&candidate.place)).collect();
        let Some((first, others)) = names.split_first() else { continue };
        let (listed, more) = others.split_at(others.len().min(MOST));
        let mut also: Vec<_> = listed.iter().map(|name| format!("`{name}`")).collect();
        also.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
        let also = if also.is_empty() { String::new() } else { format!("; run it for {} too", also.join(", ")) };
        let (kind, place) = (kind.as_str(), place_of(context, kind, arguments, in_pass));
        ui::note(&format!(
            "aws-vault's {kind} store is left as it is: `aws-vault --backend={kind}{place} remove {first}` removes a key from it{also}"
        ));
    }
}

/// The flags that tell aws-vault where the store is, unless its variables do: `vault` reads those too.
fn place_of(context: &Context, kind: StoreKind, arguments: &AwsVaultArguments, in_pass: Option<&Place>) -> String {
    let dir = |flag: &str| arguments.dir.as_ref().map(|dir| format!(" --{flag}={}", path_in_shell(dir))).unwrap_or_default();
    match kind {
        StoreKind::File => dir("file-dir"),
        StoreKind::Pass => {
            let said = context.env.text(PASS_PREFIX).unwrap_or_default().trim_matches('/');
            let prefix = in_pass.map(|place| place.prefix.as_str()).filter(|prefix| *prefix != said);
            dir("pass-dir") + &prefix.map(|prefix| format!(" --pass-prefix={}", in_shell(prefix))).unwrap_or_default()
        }
        StoreKind::SecretService => {
            arguments.collection.as_ref().map(|name| format!(" --secret-service-collection={}", in_shell(name))).unwrap_or_default()
        }
        StoreKind::Keychain | StoreKind::WinCred => String::new(),
    }
}
