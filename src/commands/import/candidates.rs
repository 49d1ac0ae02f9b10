//! Decides for each thing that was found whether it can be imported, and why not. Stores nothing, and calls nobody.

use std::collections::BTreeMap;

use crate::app::aws_files::AwsFile;
use crate::app::target_profile::TargetProfile;
use crate::app::{Context, Failure};
use crate::config::ProfileSet;
use crate::foreign::aws_vault::pass::Place;
use crate::foreign::{Found, Held, StoreKind, Tool};
use crate::keystore::Keystores;
use crate::model::{AccessKeyId, Backend, LongTermCredentials, MfaSerial, ProfileName};

use super::outcome::{Outcome, Verdict};

/// One thing that was found.
pub(super) struct Candidate {
    pub tool: Tool,
    /// What it is called where it was found.
    pub place: String,
    /// What it would be called here; any text.
    name: String,
    /// The same, where it can be a name.
    pub profile: Option<ProfileName>,
    pub key: Option<LongTermCredentials>,
    pub serial: Option<MfaSerial>,
    /// Whether the config file has its profile.
    pub in_config: bool,
    pub stored: Stored,
    /// `None` as long as it is to be imported.
    pub verdict: Option<Verdict>,
    /// The candidate before it with the same name and key.
    pub same_as: Option<usize>,
}

/// Whether a key of that name is stored already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    No,
    /// This very key.
    Same(Backend),
    /// Another one, in words.
    Other(String),
}

impl Candidate {
    pub(super) fn is_open(&self) -> bool {
        self.verdict.is_none()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.verdict.as_ref().map(|verdict| verdict.outcome)
    }

    pub(super) fn key_id(&self) -> Option<&AccessKeyId> {
        self.key.as_ref().map(|key| &key.key_id)
    }

    pub(super) fn shown_name(&self) -> &str {
        &self.name
    }

    pub(super) fn only_shown(&mut self) {
        self.verdict = Some(Verdict::because(Outcome::Skipped, "it would be imported, but this is a dry run"));
    }
}

/// What was found, in its order, each with what is known of it by now.
pub(super) fn of(context: &Context, keystores: &Keystores<'_>, found: Vec<Found>, force: bool) -> Result<Vec<Candidate>, Failure> {
    // A section of the credentials file is where the key was found, perhaps.
    let config = ProfileSet::index(AwsFile::Config.read(&context.env)?, None);
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut by_name: BTreeMap<ProfileName, usize> = BTreeMap::new();
    for found in found {
        let mut candidate = of_one(&config, found);
        if let (Some(profile), Some(key), None) = (&candidate.profile, &candidate.key, &candidate.verdict) {
            match by_name.get(profile) {
                None => {
                    by_name.insert(profile.clone(), candidates.len());
                    let (stored, verdict) = stored(context, keystores, profile, key, force)?;
                    (candidate.stored, candidate.verdict) = (stored, verdict);
                }
                Some(first) => {
                    let other = &candidates[*first];
                    if other.key_id() == Some(&key.key_id) {
                        candidate.same_as = Some(*first);
                        let reason = format!("it is the same key as `{}` in {}", other.place, other.tool);
                        candidate.verdict = Some(Verdict::because(Outcome::Skipped, reason));
                    } else {
                        let reason = format!("`{}` in {} is another key with the same name", other.place, other.tool);
                        let hint = format!("give one of them another name: `--as {}=NAME`", profile.in_shell());
                        candidate.verdict = Some(Verdict::because(Outcome::Failed, reason).hint(hint));
                    }
                }
            }
        }
        candidates.push(candidate);
    }
    Ok(candidates)
}

/// Refuses keys that would take the place of aws-vault's own items: its prefix in the password-store may be ours too.
pub(super) fn spare_items_of(keystores: &Keystores<'_>, place: &Place, candidates: &mut [Candidate]) {
    for candidate in candidates.iter_mut().filter(|candidate| candidate.tool == Tool::AwsVault(StoreKind::Pass)) {
        let Some(profile) = &candidate.profile else { continue };
        if candidate.is_open()
            && keystores.choice(profile).backend == Backend::Pass
            && keystores.file_in_pass(profile) == Some(place.file_of(&candidate.place))
        {
            let reason = "it would be stored in place of aws-vault's own item";
            let hint = "store it elsewhere: `--backend file`, or another `pass_prefix` in the settings, without `AWS_VAULT_PASS_PREFIX`";
            candidate.verdict = Some(Verdict::because(Outcome::Failed, reason).hint(hint));
        }
    }
}

fn of_one(config: &ProfileSet, found: Found) -> Candidate {
    let (key, verdict) = match found.held {
        Held::Key(key) => (Some(key), None),
        Held::Skipped(why) => (None, Some(Verdict::because(Outcome::Skipped, why))),
        Held::Unreadable(why) => (None, Some(Verdict::because(Outcome::Failed, why))),
    };
    let (profile, verdict) = match ProfileName::parse(&found.name) {
        Ok(profile) => (Some(profile), verdict),
        Err(fault) => {
            let unfit = || Verdict::because(Outcome::Failed, fault.0).hint("give it a different name: `--as OLD=NEW`");
            (None, Some(verdict.unwrap_or_else(unfit)))
        }
    };
    Candidate {
        tool: found.tool,
        place: found.place,
        name: found.name,
        in_config: profile.as_ref().is_some_and(|profile| config.is_defined(profile)),
        profile,
        key,
        serial: found.serial,
        stored: Stored::No,
        verdict,
        same_as: None,
    }
}

fn stored(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: &ProfileName,
    key: &LongTermCredentials,
    force: bool,
) -> Result<(Stored, Option<Verdict>), Failure> {
    if let Some(entry) = keystores.entry(profile)?
        && entry.key_id.as_ref() == Some(&key.key_id)
    {
        return Ok((Stored::Same(entry.backend), Some(Verdict::new(Outcome::Already))));
    }
    let target = TargetProfile::read(context, profile).ok();
    let wrong = target.and_then(|target| target.refuse_second_meaning(profile).err()).map(Verdict::failed);
    Ok(match keystores.in_the_way(profile, &key.key_id, !force)? {
        None => (Stored::No, wrong),
        Some(other) if force => (Stored::Other(other.in_words()), wrong),
        Some(other) => {
            let reason = format!("{} is already stored under that name, in the {} keystore", other.in_words(), other.backend);
            let here = keystores.choice(profile).backend;
            let there = if other.backend == here { String::new() } else { format!(" --backend {}", other.backend) };
            let hint = format!("replace it with `--force{there}`, or choose another name with `--as`");
            let verdict = Verdict::because(Outcome::Failed, reason).hint(hint);
            (Stored::Other(other.in_words()), Some(verdict))
        }
    })
}
