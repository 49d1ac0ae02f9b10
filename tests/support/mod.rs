//! Shared by tests, benches and the tour. Each target uses a part of it.
#![allow(dead_code, unused_imports)]

pub mod aws;
pub mod identity;
pub mod leaks;
#[cfg(unix)]
pub mod moto;
pub mod moved_clock;
#[cfg(unix)]
pub mod password_store;
pub mod preloaded;
#[cfg(unix)]
pub mod pty;
pub mod readme;
pub mod secret_service;
pub mod shown;
pub mod steps;
pub mod tools;
pub mod world;
