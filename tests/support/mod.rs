//! What tests and the tour share. Each target uses its own part of it.
#![allow(dead_code, unused_imports)]

pub mod aws;
pub mod leaks;
pub mod world;
