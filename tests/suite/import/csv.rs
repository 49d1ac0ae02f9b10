//! CSV files with keys from the AWS console.

use super::{Elsewhere, rows};

#[test]
fn every_layout_is_imported_with_or_without_a_byte_order_mark() {
    for (name, text, words, expected) in [
        ("x.csv", "Access key ID,Secret access key\nID(alice),SECRET(alice)\n", &["--as", "me"][..], "me"),
        ("alice_accessKeys.csv", "Access key ID,Secret access key\r\nID(alice),SECRET(alice)", &[], "alice"),
        ("x.csv", "User Name,Access key ID,Secret access key\n\"alice\",ID(alice),SECRET(alice)\n", &[], "alice"),
        (
            "x.csv",
            "User name,Password,Access key ID,Secret access key,Console login link\na b,\"p,w\",ID(alice),SECRET(alice),https://x\n",
            &[],
            "a b",
        ),
    ] {
        for mark in ["", "\u{feff}"] {
            let here = Elsewhere::new();
            let text = here.write(name, &format!("{mark}{text}"));
            let path = here.path(name).display().to_string();
            let run = here.import(&[&["csv", &path, "--yes", "--json"], words].concat()).run();
            assert_eq!((run.status, rows(&run)), (0, vec![format!("csv {expected} imported")]), "{text}: {run:?}");
            assert!(here.uses(expected, "alice"), "{text}");
            assert_eq!(here.read(name), text);
        }
    }
}

#[test]
fn other_files_are_refused_and_a_missing_name_is_requested() {
    let here = Elsewhere::new();
    for (text, status, words) in [
        ("", 1, "no key in it"),
        ("Access key ID,Secret access key\n", 1, "no key in it"),
        ("a,b\n1,2\n", 1, "`Access key ID`"),
        ("Access key ID,Secret access key\nID(alice),SECRET(alice)\n", 2, "--as NAME"),
    ] {
        here.write("x.csv", text);
        let run = here.import(&["csv", &here.path("x.csv").display().to_string(), "--yes"]).run();
        assert!(run.status == status && run.stderr.contains(words), "{text}: {run:?}");
    }
    assert_eq!(here.import(&["csv"]).run().status, 2);
    assert_eq!(here.import(&["csv", "/nonexistent"]).run().status, 1);
}

#[test]
fn scrub_leaves_the_rows_of_other_keys() {
    let here = Elsewhere::new();
    let path = here.path("x.csv").display().to_string();
    let both = "User name,Access key ID,Secret access key\nalice,ID(alice),SECRET(alice)\ngone,ID(nobody),SECRET(nobody)\n";
    let text = here.write("x.csv", both);
    let run = here.import(&["csv", &path, "--yes", "--scrub"]).run();
    assert_eq!(run.status, 1, "AWS refuses one of them: {run:?}");
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(here.read("x.csv"), format!("{}\n{}\n", rows[0], rows[2]));
    let run = here.import(&["csv", &path, "--yes", "--no-verify", "--scrub"]).run();
    assert!(run.status == 0 && !here.path("x.csv").exists(), "{run:?}");
}
