//! IAM policies: what they say, what they allow, what is wrong with them, and the ones that a team needs. Touches nothing.
//!
//! `json` and `yaml` read a text into a `tree` that knows places; `document` reads a tree as a policy; `evaluate` asks a policy about a
//! request; `lint` finds traps.

pub mod check;
pub mod document;
pub mod evaluate;
pub mod generate;
pub mod input;
pub mod json;
pub mod lint;
pub mod place;
pub mod prove;
pub mod sarif;
pub mod tree;
