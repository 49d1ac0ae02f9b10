//! The properties, for the fuzz targets.

#[path = "../../properties/mod.rs"]
pub mod properties;
