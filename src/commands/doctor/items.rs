//! The items of stored keys as `doctor` sees them. Never unlocks a keystore, and never starts gpg.

use crate::judge::health::{ItemFact, ItemFault};
use crate::keystore::{Entry, ItemState, Keystores};
use crate::model::Backend;
use crate::ports::KeyStoreError;

/// The items that are not as they should be. Leaves out those of a keystore that does not answer, which is a finding itself.
pub fn of_keystores(keystores: &Keystores<'_>, entries: &[Entry]) -> Vec<ItemFact> {
    let answering = Backend::ALL.into_iter().filter(|backend| entries.iter().any(|entry| entry.backend == *backend));
    let is_there = |backend: &Backend| !matches!(keystores.state(*backend), Err(KeyStoreError::Unavailable { .. }));
    let answering: Vec<_> = answering.filter(is_there).collect();
    let mut items = Vec::new();
    if answering.contains(&Backend::File) {
        items.extend(fact(None, Backend::File, keystores.identity_state()));
    }
    // A run that was killed while it removed a key may have removed the item.
    for entry in entries.iter().filter(|entry| answering.contains(&entry.backend) && !entry.removing) {
        items.extend(fact(Some(entry), entry.backend, keystores.item_state(entry)));
    }
    items
}

fn fact(entry: Option<&Entry>, backend: Backend, state: ItemState) -> Option<ItemFact> {
    let fault = match state {
        // Modes and owners are a finding already.
        ItemState::Present | ItemState::Untrusted => return None,
        ItemState::Missing => ItemFault::Missing,
        ItemState::Damaged(reason) => ItemFault::Damaged(reason),
        ItemState::Unseen(reason) => ItemFault::Unseen(reason),
    };
    Some(ItemFact { key: entry.map(|entry| entry.name.clone()), backend, fault })
}
