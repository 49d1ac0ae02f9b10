//! Gathers what `doctor` judges. Never changes anything, and never lets a secret into the facts.

use std::path::{Path, PathBuf};

use secrecy::SecretSlice;

use crate::app::aws_files::AwsFile;
use crate::app::request;
use crate::app::session_cache::{self, with_session_files};
use crate::app::{Context, Failure, key_age, keystores};
use crate::foreign::aws_vault;
use crate::judge::health::{Facts, FileFact, KeystoreFact, KeystoreState, PathFact, Variable};
use crate::keystore::{Entry, Keystores, NoPassphrasePrompt};
use crate::model::{Backend, Partition, path_in_shell, shown};
use crate::os::{clock, dirs, files, kernel_keyring, process};
use crate::plan::{Connection, Service, Variant};
use crate::ports::{KeyStoreError, Route};

use super::{config, items, locks};

/// Variables whose values matter and are not secret.
const PLAIN: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_VAULT",
    "AWS_ACCOUNT_ID",
    "AWS_ROLE_ARN",
];

pub fn facts(context: &Context, offline: bool) -> Result<Facts, Failure> {
    // Two looks: most locks are held only for a moment.
    let locks = files::held_locks(&context.directories.locks());
    let written = config::gather(context);
    // Settings that cannot be read are a finding, and keystores are then looked at as if there were none.
    let keystores = match keystores::open(context, &NoPassphrasePrompt) {
        Ok(keystores) => Some(keystores),
        Err(_) if !written.faults.is_empty() => None,
        Err(failure) => return Err(failure),
    };
    let entries = keystores.as_ref().and_then(|keystores| keystores.indexed().ok()).unwrap_or_default();
    let expired_sessions = keystores.as_ref().map_or(0, |keystores| with_session_files(context, keystores, |files| files.expired().len()));
    let strays = session_cache::unasked(context).strays();
    let now = clock::now();
    let settings = context.settings().ok();
    let in_use = keystores.as_ref().map_or_else(Vec::new, |keystores| keystores.in_use(entries.clone()));
    Ok(Facts {
        now,
        keystores: keystores.as_ref().map(|keystores| of_keystores(keystores, &entries)).unwrap_or_default(),
        keyring: cfg!(target_os = "linux").then(keyring),
        clock_ahead: (!offline).then(|| clock_ahead(context)),
        clock_cure: clock::CURE.to_owned(),
        vaults: vaults(context),
        variables: variables(context),
        config_faults: written.faults,
        ignored_sections: written.ignored,
        unknown_keys: written.unknown,
        stray_tables: written.stray,
        plans: written.plans,
        processes: written.processes,
        protected_open: written.protected_open,
        protected_linked: written.protected_linked,
        plain_keys: written.plain_keys,
        files: of_files(context).map(|(_, fact)| fact).collect(),
        keys: in_use.iter().map(|entry| key_age::fact(entry, settings, now)).collect(),
        items: keystores.as_ref().map(|keystores| items::of_keystores(keystores, &entries)).unwrap_or_default(),
        expired_sessions,
        stray_files: strays.unknown.iter().map(|path| shown(&dirs::with_tilde(path))).collect(),
        foreign_sessions: foreign_sessions(context, &strays.foreign),
        leftovers: leftovers(context).len(),
        locks: locks::held(context, &locks),
        aws_vault_left: aws_vault_left(context, &entries.iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>()),
    })
}

fn of_keystores(keystores: &Keystores<'_>, entries: &[Entry]) -> Vec<KeystoreFact> {
    let chosen = keystores.chosen_for_new_keys();
    let fact = |backend: Backend| {
        let keys = entries.iter().filter(|entry| entry.backend == backend).count();
        let in_use = chosen == backend;
        // gpg would be started for a store that nobody uses.
        if backend == Backend::Pass && !in_use && keys == 0 {
            return None;
        }
        let state = match keystores.state(backend) {
            Ok(()) => keystores.locked_by(backend).map_or(KeystoreState::Usable, |by| KeystoreState::Locked(by.to_owned())),
            Err(KeyStoreError::Locked { reason, .. }) => KeystoreState::Locked(reason),
            Err(KeyStoreError::Unavailable { reason, .. }) => KeystoreState::Unavailable(reason),
            Err(error) => KeystoreState::Unavailable(error.to_string()),
        };
        Some(KeystoreFact { backend, state, in_use, keys })
    };
    Backend::ALL.into_iter().filter_map(fact).collect()
}

/// Stores a test key, which is not a secret, and removes it again.
fn keyring() -> bool {
    const PROBE: &str = "vault:doctor";
    let put = kernel_keyring::put(PROBE, &SecretSlice::from(vec![0_u8; 8]), Some(5)).is_ok();
    put && kernel_keyring::get(PROBE).is_some() && kernel_keyring::forget(PROBE).is_ok()
}

/// One unsigned request, whose refusal has a date.
fn clock_ahead(context: &Context) -> Result<i64, String> {
    let words = |failure: Failure| failure.message;
    let region = request::region(&context.env).map_err(words)?.unwrap_or_else(|| Partition::default().default_region());
    let url = request::endpoint(&context.env, Service::Sts).map_err(words)?;
    let connection = Connection::default();
    let route = Route { region: &region, url: url.as_ref(), variant: Variant::default(), connection: &connection };
    context.clients().clock_ahead(&route).map_err(|fault| fault.message.to_string())
}

fn vaults(context: &Context) -> Vec<PathFact> {
    let own = process::own_path().ok().and_then(|path| files::resolved(&path));
    let mut seen = Vec::new();
    let found = process::find_all(&context.env, "vault").into_iter().filter_map(|path| {
        let resolved = files::resolved(&path).unwrap_or_else(|| path.clone());
        (!seen.contains(&resolved)).then(|| seen.push(resolved.clone()))?;
        Some(PathFact { path: shown(&dirs::with_tilde(&path)), is_this_one: own.as_ref() == Some(&resolved) })
    });
    found.collect()
}

fn variables(context: &Context) -> Vec<Variable> {
    let names = context.env.credential_names().chain(["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_VAULT"]);
    let variable = |name: &str| {
        context.env.os(name)?;
        // Security: no other value is even looked at.
        let value = PLAIN.contains(&name).then(|| context.env.text(name).map(str::to_owned)).flatten();
        Some(Variable { name: name.to_owned(), value })
    };
    names.filter_map(variable).collect()
}

/// The files and folders whose modes matter, and whether others may not even read them.
fn places(context: &Context) -> Vec<(PathBuf, bool)> {
    let directories = &context.directories;
    let mut places = vec![
        (directories.data.clone(), true),
        (directories.cache.clone(), true),
        (directories.state.clone(), true),
        (directories.config.clone(), false),
        (directories.config.join("config.toml"), false),
        (directories.data.join("index.json"), true),
    ];
    let keys = directories.keys();
    places.extend(files::names_in(&keys).unwrap_or_default().into_iter().map(|name| (keys.join(name), true)));
    places.push((keys, true));
    let locks = directories.locks();
    places.extend(files::names_in(&locks).unwrap_or_default().into_iter().map(|name| (locks.join(name), true)));
    places.push((locks, true));
    places.push((directories.cache.join("sessions"), true));
    places.extend(AwsFile::Config.place(&context.env).and_then(|path| Some((path.parent()?.to_owned(), false))));
    places.extend(AwsFile::Config.place(&context.env).map(|path| (path, false)));
    places.extend(AwsFile::Credentials.place(&context.env).map(|path| (path, true)));
    places
}

/// The ones that exist, each with its path.
fn of_files(context: &Context) -> impl Iterator<Item = (PathBuf, FileFact)> {
    let fact = |(path, is_secret): (PathBuf, bool)| {
        let files::Modes { mode, is_mine } = files::modes(&path)?;
        let fact =
            FileFact { path: shown(&dirs::with_tilde(&path)), in_shell: path_in_shell(&path).into_owned(), mode, is_mine, is_secret };
        Some((path, fact))
    };
    // Settings that root has installed are fine.
    places(context).into_iter().filter_map(fact).filter(|(_, file)| file.is_secret || file.is_mine)
}

/// Those that this user can narrow, with the mode to give them.
pub fn too_open(context: &Context) -> impl Iterator<Item = (PathBuf, FileFact, u32)> {
    let mine = of_files(context).filter(|(_, fact)| fact.is_mine);
    mine.filter_map(|(path, fact)| fact.narrower().map(|mode| (path, fact, mode)))
}

/// The files that killed runs left in the folders of vault.
pub fn leftovers(context: &Context) -> Vec<PathBuf> {
    let directories = &context.directories;
    let now = clock::now();
    let mut folders = vec![directories.data.clone(), directories.cache.clone(), directories.state.clone(), directories.config.clone()];
    folders.extend([directories.keys(), directories.locks()]);
    folders.extend(session_cache::unasked(context).folders());
    let in_folder = |folder: &PathBuf| -> Vec<PathBuf> {
        let names = files::names_in(folder).unwrap_or_default();
        names.into_iter().map(|name| folder.join(name)).filter(|path| files::is_abandoned(path, now)).collect()
    };
    folders.iter().flat_map(in_folder).collect()
}

/// The files of another user among the sessions.
fn foreign_sessions(context: &Context, foreign: &[PathBuf]) -> Option<(usize, String, String)> {
    let folder = path_in_shell(&context.directories.cache.join("sessions")).into_owned();
    foreign.first().map(|first| (foreign.len(), shown(&dirs::with_tilde(first)), folder))
}

/// The files of aws-vault's own encrypted store for keys that are stored here too.
fn aws_vault_left(context: &Context, names: &[String]) -> Vec<(String, String)> {
    let Some(folder) = aws_vault::file::directory(&context.env, None) else { return Vec::new() };
    let here = files::names_in(&folder).unwrap_or_default();
    let left = |name: &String| names.contains(name);
    here.into_iter().filter(left).map(|name| (name.clone(), shown(&dirs::with_tilde(&folder.join(Path::new(&name)))))).collect()
}
