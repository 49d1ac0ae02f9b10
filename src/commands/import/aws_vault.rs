//! Looks into aws-vault's stores: every one that is there, or the one that is named. Never keeps a passphrase, and never changes a store.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use secrecy::SecretString;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::{Context, Failure};
use crate::foreign::StoreKind;
use crate::foreign::aws_vault::pass::{Place, Wanted};
use crate::foreign::aws_vault::{Contents, PASS_PREFIX, StoreFault, USUAL_PREFIX, file, keychain, pass, secret_service, wincred};
use crate::keystore::PassphrasePrompt as _;
use crate::model::{ProfileName, shown};
use crate::os::dirs;
use crate::ports::PromptError;
use crate::ui;

use super::gathered::Gathered;
use super::moving::Progress;

const PASSPHRASE: &str = "AWS_VAULT_IMPORT_PASSPHRASE";
const OWN_PASSPHRASE: &str = "AWS_VAULT_FILE_PASSPHRASE";

/// How often a person may type a wrong passphrase.
const ATTEMPTS: usize = 3;

/// Which of aws-vault's stores, and where.
#[derive(Args, Default)]
pub(super) struct AwsVaultArguments {
    /// The store of aws-vault [default: every one that is there]
    #[arg(long, value_enum, value_name = "STORE", help_heading = "Options for aws-vault")]
    pub store: Option<Store>,
    /// The folder of its `file` store, or of its password-store
    #[arg(long, value_name = "FOLDER", help_heading = "Options for aws-vault")]
    pub dir: Option<PathBuf>,
    /// The folder of its items in the password-store; `/` for its root
    #[arg(long, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new(), help_heading = "Options for aws-vault")]
    pub prefix: Option<String>,
    /// The collection of its items in the Secret Service [default: awsvault]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Options for aws-vault")]
    pub collection: Option<String>,
}

/// As aws-vault's `--backend` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Store {
    File,
    Pass,
    SecretService,
    Keychain,
    Wincred,
}

impl Store {
    fn kind(self) -> StoreKind {
        match self {
            Self::File => StoreKind::File,
            Self::Pass => StoreKind::Pass,
            Self::SecretService => StoreKind::SecretService,
            Self::Keychain => StoreKind::Keychain,
            Self::Wincred => StoreKind::WinCred,
        }
    }
}

impl AwsVaultArguments {
    /// Whether one of them is given.
    pub(super) fn are_given(&self) -> bool {
        self.store.is_some() || self.dir.is_some() || self.prefix.is_some() || self.collection.is_some()
    }

    /// The store that is meant: an option may be about one alone.
    fn only(&self) -> Option<StoreKind> {
        match self.store {
            Some(store) => Some(store.kind()),
            None if self.prefix.is_some() => Some(StoreKind::Pass),
            None if self.collection.is_some() => Some(StoreKind::SecretService),
            None if self.dir.is_some() => Some(StoreKind::File),
            None => None,
        }
    }
}

/// Reads the store that is named, which must exist, else every store that exists. `is_meant`: whether the person named aws-vault.
pub(super) fn gather(context: &Context, arguments: &AwsVaultArguments, is_meant: bool, gathered: &mut Gathered) -> Result<(), Failure> {
    let only = arguments.only();
    let mut is_any = false;
    for kind in StoreKind::ALL.into_iter().filter(|kind| only.is_none_or(|only| only == *kind)) {
        match read(context, arguments, kind, only.is_some(), &mut gathered.in_pass) {
            Ok(contents) => {
                is_any = true;
                tell(kind, &contents, is_meant);
                gathered.looked_in.push(format!("aws-vault's {} store", kind.as_str()));
                gathered.found.extend(contents.found);
            }
            Err(Unread::Absent) => {}
            Err(Unread::Failed(failure)) if only.is_some() => return Err(failure),
            Err(Unread::Failed(failure)) => {
                is_any = true;
                gathered.troubles.push(failure);
            }
        }
    }
    if is_meant && !is_any {
        return Err(Failure::new("no store of aws-vault is found").hint(
            "say where it is: `vault import aws-vault --store file --dir FOLDER`, `--store pass --prefix PREFIX`, or `--collection NAME`",
        ));
    }
    Ok(())
}

/// A store that gave nothing.
enum Unread {
    /// It is not there, and need not be.
    Absent,
    Failed(Failure),
}

impl From<StoreFault> for Unread {
    fn from(fault: StoreFault) -> Self {
        Self::Failed(failure(fault))
    }
}

fn read(
    context: &Context,
    arguments: &AwsVaultArguments,
    kind: StoreKind,
    is_named: bool,
    in_pass: &mut Option<Place>,
) -> Result<Contents, Unread> {
    match kind {
        StoreKind::File => read_file(context, arguments, is_named),
        StoreKind::Pass => read_pass(context, arguments, is_named, in_pass),
        StoreKind::SecretService => {
            let collection = arguments.collection.as_deref().or_else(|| context.env.text("AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME"));
            secret_service::read(&context.env, collection.unwrap_or(secret_service::COLLECTION)).map_err(Unread::from_looking(is_named))
        }
        StoreKind::Keychain => keychain::read(&context.env).map_err(Unread::from_looking(is_named)),
        StoreKind::WinCred => wincred::read().map_err(Unread::from_looking(is_named)),
    }
}

impl Unread {
    /// A store that nobody named may be missing, or be on a machine without its service.
    fn from_looking(is_named: bool) -> impl Fn(StoreFault) -> Self {
        move |fault| match fault {
            StoreFault::NotThere { .. } | StoreFault::Unavailable { .. } if !is_named => Self::Absent,
            fault => fault.into(),
        }
    }
}

fn read_file(context: &Context, arguments: &AwsVaultArguments, is_named: bool) -> Result<Contents, Unread> {
    let Some(directory) = file::directory(&context.env, arguments.dir.as_deref()) else { return Err(Unread::Absent) };
    let store = file::LockedStore::read(&directory).map_err(Unread::from_looking(is_named))?;
    let passphrase = if store.needs_passphrase() {
        let place = shown(&dirs::with_tilde(&directory));
        passphrase_of(context, &store, &place).map_err(Unread::Failed)?
    } else {
        SecretString::default()
    };
    let mut progress = Progress::start();
    Ok(store.open(&passphrase, |done| progress.tell(|| format!("read {done} items of aws-vault's file store so far"))))
}

/// The passphrase that opens the store: that of the variable, else our own where it does, else the person's.
fn passphrase_of(context: &Context, store: &file::LockedStore, place: &str) -> Result<SecretString, Failure> {
    let opened = |passphrase: &SecretString| store.opens_with(passphrase);
    if context.env.os(PASSPHRASE).is_some() {
        let given = context.env.secret(PASSPHRASE).unwrap_or_default();
        return if opened(&given) {
            Ok(given)
        } else {
            Err(Failure::new(format!("the passphrase in `{PASSPHRASE}` does not open aws-vault's file store in {place}"))
                .hint("set it to the passphrase that aws-vault asks for"))
        };
    }
    if let Some(own) = context.env.secret(OWN_PASSPHRASE)
        && opened(&own)
    {
        return Ok(own);
    }
    let question = format!("Passphrase of aws-vault's file store in {place}");
    let mut complaint = None;
    for _ in 0..ATTEMPTS {
        let typed = TerminalPassphrase.ask(&question, complaint).map_err(|error| match error {
            PromptError::Unavailable(why) => {
                let wrong = context.env.secret(OWN_PASSPHRASE).is_some();
                let ours = if wrong { format!(", and the passphrase in `{OWN_PASSPHRASE}` does not open it") } else { String::new() };
                Failure::new(format!("aws-vault's file store in {place} is locked: {why}{ours}"))
                    .hint(format!("set `{PASSPHRASE}` to its passphrase"))
            }
            error => error.into(),
        })?;
        if opened(&typed) {
            return Ok(typed);
        }
        complaint = Some("that passphrase does not open it");
    }
    Err(Failure::new(format!("wrong passphrase: aws-vault's file store in {place} stays locked"))
        .hint("it is the passphrase that aws-vault asks for"))
}

fn read_pass(context: &Context, arguments: &AwsVaultArguments, is_named: bool, in_pass: &mut Option<Place>) -> Result<Contents, Unread> {
    let given = arguments.dir.as_deref().filter(|_| is_named);
    let Some(directory) = pass::directory(&context.env, given) else { return Err(Unread::Absent) };
    let said = arguments.prefix.as_deref().or_else(|| context.env.text(PASS_PREFIX));
    let trimmed = |prefix: &str| prefix.trim_matches('/').to_owned();
    let usual = Place { directory: directory.clone(), prefix: USUAL_PREFIX.to_owned() };
    let profiles = context.profiles().map_err(Unread::Failed)?;
    let is_profile = |name: &str| ProfileName::parse(name).is_ok_and(|name| profiles.is_defined(&name));
    let (prefix, wanted) = match said {
        Some(prefix) if !trimmed(prefix).is_empty() => (trimmed(prefix), Wanted::All),
        // At the root, other programs have their items too.
        Some(_) => (String::new(), Wanted::Any),
        None if pass::is_there(&usual) => (USUAL_PREFIX.to_owned(), Wanted::All),
        None if is_named => (String::new(), Wanted::Any),
        // Nobody asked for a look at all of their passwords.
        None => (String::new(), Wanted::Named(&is_profile)),
    };
    let place = in_pass.insert(Place { directory, prefix });
    let mut progress = Progress::start();
    let on_item = |done| progress.tell(|| format!("read {done} items of aws-vault's pass store so far"));
    pass::read(&context.env, &TerminalPassphrase, place, &wanted, on_item).map_err(Unread::from_looking(is_named))
}

/// The items that are not keys, and those that do not exist.
fn tell(kind: StoreKind, contents: &Contents, is_meant: bool) {
    let kind = kind.as_str();
    let left = match contents.sessions {
        0 => String::new(),
        1 => " 1 session in it is left there".to_owned(),
        count => format!(" {count} sessions in it are left there"),
    };
    if contents.found.is_empty() && is_meant {
        let left = if left.is_empty() { left } else { format!(";{left}") };
        ui::note(&format!("aws-vault's {kind} store holds no keys{left}"));
    } else if !left.is_empty() {
        ui::note(&format!("aws-vault's {kind} store:{left}"));
    }
}

fn failure(fault: StoreFault) -> Failure {
    let message = fault.to_string();
    match fault {
        StoreFault::NotThere { kind: StoreKind::File, .. } => Failure::new(message).hint("name its folder with `--dir`"),
        StoreFault::NotThere { kind: StoreKind::Pass, .. } => {
            Failure::new(message).hint("name the folder of aws-vault's items in the password-store with `--prefix`")
        }
        StoreFault::NotThere { kind: StoreKind::SecretService, .. } => {
            Failure::new(message).hint("name its collection with `--collection`; many use `login`")
        }
        StoreFault::NotThere { .. } => Failure::new(message),
        StoreFault::Locked { .. } => Failure::new(message).hint("unlock it in its own program, then try again"),
        StoreFault::Refused { .. } => Failure::new(message).hint("try again, and allow it in the window that asks"),
        StoreFault::Unavailable { .. } => Failure::new(message).hint("run it in your desktop session, where the service runs"),
        StoreFault::File(error) => error.into(),
        StoreFault::KeyStore(error) => error.into(),
    }
}
