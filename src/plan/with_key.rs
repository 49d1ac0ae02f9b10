//! Makes a plan start from another key of the same user. Decides nothing else again, so that files that changed meanwhile do not matter.

use crate::model::AccessKeyId;

use super::canonical::on_top_of;
use super::start::Start;
use super::{Base, CredentialPlan};

impl CredentialPlan {
    /// The same calls from another stored key of the same user; `None` if it starts from no stored key.
    #[must_use]
    pub fn with_key(&self, key_id: AccessKeyId) -> Option<Self> {
        let name = self.base.stored_name()?.clone();
        let start = Start::StoredKey { name: name.clone(), key_id: key_id.clone() };
        Some(Self { on_top: on_top_of(&start, &self.on_top), base: Base::StoredKey { name, key_id }, ..self.clone() })
    }
}
