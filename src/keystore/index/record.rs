//! The text of the index. Never changes an entry.

use serde::{Deserialize, Serialize};

use crate::keystore::entry::Entry;
use crate::model::{AccessKeyId, Backend, ProfileName, RotationKind, RotationNote, SessionDuration, Timestamp};

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) version: u32,
    pub(super) entries: Vec<Record>,
}

/// An entry as text. Entries that this version cannot read, such as those of a newer keystore, are kept when the file is written again.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    name: String,
    backend: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changing_to: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removing: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotation: Option<RotationRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    previous: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RotationRecord {
    stage: String,
    since: String,
    /// In seconds.
    grace: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<String>,
}

impl Record {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            name: entry.name.to_string(),
            backend: entry.backend.to_string(),
            key_id: entry.key_id.as_ref().map(ToString::to_string),
            stored_at: entry.stored_at.map(|moment| moment.to_string()),
            user: entry.user.clone(),
            changing_to: entry.changing_to.as_ref().map(ToString::to_string),
            removing: entry.removing,
            order: entry.order,
            rotation: entry.rotation.as_ref().map(RotationRecord::of),
            previous: entry.previous.iter().map(ToString::to_string).collect(),
        }
    }

    pub(super) fn entry(&self) -> Option<Entry> {
        let id = |text: &Option<String>| text.as_deref().and_then(|id| AccessKeyId::parse_any(id).ok());
        Some(Entry {
            name: ProfileName::parse(&self.name).ok()?,
            backend: Backend::parse(&self.backend).ok()?,
            key_id: id(&self.key_id),
            stored_at: self.stored_at.as_deref().and_then(|moment| Timestamp::parse_rfc3339(moment).ok()),
            user: self.user.clone(),
            changing_to: id(&self.changing_to),
            removing: self.removing,
            order: self.order,
            rotation: self.rotation.as_ref().and_then(RotationRecord::note),
            previous: self.previous.iter().filter_map(|id| AccessKeyId::parse_any(id).ok()).collect(),
        })
    }
}

impl RotationRecord {
    fn of(note: &RotationNote) -> Self {
        Self {
            stage: note.kind.as_str().to_owned(),
            since: note.since.to_string(),
            grace: note.grace.as_secs(),
            other: note.other.as_ref().map(ToString::to_string),
        }
    }

    fn note(&self) -> Option<RotationNote> {
        Some(RotationNote {
            kind: RotationKind::parse(&self.stage)?,
            since: Timestamp::parse_rfc3339(&self.since).ok()?,
            grace: SessionDuration::from_secs(self.grace),
            other: self.other.as_deref().and_then(|id| AccessKeyId::parse_any(id).ok()),
        })
    }
}
