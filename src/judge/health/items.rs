//! Judges the items of stored keys, as far as they can be seen without unlocking anything. Never opens one.

use crate::judge::{Finding, Kind};

use super::facts::{ItemFact, ItemFault};
use super::kinds as k;

pub fn judge(item: &ItemFact) -> Finding {
    let backend = item.backend;
    let subject = item.key.as_ref().map_or_else(|| format!("{backend} keystore"), ToString::to_string);
    let what = item.key.as_ref().map_or_else(|| "the file that decrypts all of its keys".to_owned(), |key| format!("key `{key}`"));
    let finding = |kind: &'static Kind, clause: String| Finding::new(kind, &subject, format!("{what} {clause}"));
    let restore = match &item.key {
        Some(key) => format!("restore the item from a backup, or store the key again: `vault add --force {}`", key.in_shell()),
        None => "restore `identity.age` from a backup: nothing else opens the stored keys".to_owned(),
    };
    match &item.fault {
        ItemFault::Missing => {
            let fix = match &item.key {
                Some(key) => format!("{restore}; or drop its entry: `vault remove {}`", key.in_shell()),
                None => restore,
            };
            finding(&k::ITEM_MISSING, format!("is not in the {backend} keystore any more")).fix(fix)
        }
        ItemFault::Damaged(reason) => {
            finding(&k::ITEM_DAMAGED, format!("is damaged in the {backend} keystore")).evidence(reason).fix(restore)
        }
        ItemFault::Unseen(reason) => {
            let finding = finding(&k::ITEM_UNSEEN, format!("was not looked at in the {backend} keystore")).evidence(reason);
            match &item.key {
                Some(key) => finding.fix(format!("see whether it can be used: `vault exec {} -- true`", key.in_shell())),
                None => finding,
            }
        }
    }
}
