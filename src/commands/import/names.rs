//! Gives what was found the names that `--as` says. Never drops anything.

use crate::app::Failure;
use crate::foreign::Found;
use crate::model::in_shell;

/// `NAME` for the one key there is, `OLD=NEW` for one of several.
pub(super) fn rename(found: &mut [Found], wanted: &[String]) -> Result<(), Failure> {
    // Else `a=b` and `b=a` would depend on their order.
    let before: Vec<[String; 2]> = found.iter().map(|found| [found.name.clone(), found.place.clone()]).collect();
    for text in wanted {
        // A name may hold a `=` itself, so that each of them may be the one that parts the two.
        let mut splits = text.rmatch_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
        let known = splits.find(|(old, new)| !new.is_empty() && before.iter().flatten().any(|name| name == old));
        match known {
            Some((old, new)) => {
                // The name here comes first: `x` is that of `[x-long-term]` rather than that of `[x]`, whose key is temporary.
                let has_key = |index: &usize| found[*index].held.key().is_some();
                let of = |which: usize| (0..before.len()).filter(|index| before[*index][which] == old).collect::<Vec<_>>();
                let mut indices: Vec<usize> = of(0).into_iter().filter(has_key).collect();
                if indices.is_empty() {
                    indices = of(1);
                }
                if indices.is_empty() {
                    indices = of(0);
                }
                for index in indices {
                    new.clone_into(&mut found[index].name);
                }
            }
            None if text.contains('=') => {
                let old = text.split('=').next().unwrap_or_default();
                return Err(Failure::usage(format!("`--as {text}`: there is no key `{old}`"))
                    .hint("see which keys there are with `vault import --dry-run`"));
            }
            None => name_the_one(found, text)?,
        }
    }
    Ok(())
}

fn name_the_one(found: &mut [Found], name: &str) -> Result<(), Failure> {
    let mut keys: Vec<&mut Found> = found.iter_mut().filter(|found| found.held.key().is_some()).collect();
    match &mut keys[..] {
        [] => Ok(()),
        [one] => {
            name.clone_into(&mut one.name);
            Ok(())
        }
        several => {
            let names: Vec<_> = several.iter().map(|found| format!("`{}`", found.name)).collect();
            Err(Failure::usage(format!("`--as {name}` names one key, and there are {}: {}", several.len(), names.join(", ")))
                .hint(format!("say which one it names: `--as {}=NEW`", in_shell(&several[0].name))))
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::foreign::{Held, Tool};

    fn found(names: &[&str]) -> Vec<Found> {
        let one = |name: &&str| Found {
            tool: Tool::Csv,
            place: (*name).to_owned(),
            name: name.trim_end_matches("-long-term").to_owned(),
            held: Held::of("AKIAIOSFODNN7EXAMPLE", SecretString::from("S")),
            serial: None,
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn which_key_a_name_is_for() {
        for (names, wanted, expected) in [
            (&["a"][..], &["b"][..], Some(&["b"][..])),
            (&[], &["b"], Some(&[])),
            (&["a", "b"], &["a=c"], Some(&["c", "b"])),
            (&["a", "b"], &["a=b", "b=a"], Some(&["b", "a"])),
            (&["a=b", "c"], &["a=b=d=e"], Some(&["d=e", "c"])),
            (&["a-long-term", "b"], &["a=c"], Some(&["c", "b"])),
            (&["a-long-term", "b"], &["a-long-term=c"], Some(&["c", "b"])),
            (&["a", "a"], &["a=c"], Some(&["c", "c"])),
            (&["a", "b"], &["c"], None),
            (&["a", "b"], &["c=d"], None),
            (&["a"], &["b=c"], None),
            (&["a"], &["a="], None),
        ] {
            let mut found = found(names);
            let wanted: Vec<_> = wanted.iter().map(|text| (*text).to_owned()).collect();
            let done = rename(&mut found, &wanted);
            assert_eq!(done.is_ok(), expected.is_some(), "{names:?} {wanted:?}");
            if let Some(expected) = expected {
                assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), expected, "{names:?} {wanted:?}");
            }
        }
    }
}
