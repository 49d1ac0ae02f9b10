//! Tries every collected input of the fuzz targets, each by itself, so that none of them needs the fuzzer.

use std::path::Path;

use crate::os::files;

#[path = "mod.rs"]
mod properties;

/// A package leaves out the inputs, with all of the crate that they are in.
#[test]
fn every_collected_input_keeps_the_properties_of_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    if !files::is_directory(&fuzz) {
        return;
    }
    let mut targets = files::names_in(&fuzz.join("corpus")).expect("the inputs are there");
    targets.sort();
    assert_eq!(targets, properties::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "each target has inputs");
    // One run shows all failures.
    let mut failed = Vec::new();
    for (target, check) in properties::ALL {
        let folder = fuzz.join("corpus").join(target);
        let names = files::names_in(&folder).expect("the folder can be listed");
        assert!(!names.is_empty(), "{target}");
        for name in names {
            let path = folder.join(name);
            let input = files::read(&path).expect("it can be read");
            if std::panic::catch_unwind(|| check(&input)).is_err() {
                failed.push(path);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
