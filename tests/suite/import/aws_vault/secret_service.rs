//! The Secret Service: a real GNOME Keyring, whose collections are files that the test writes.

use std::process::Command;

use crate::support::secret_service::SecretService;

use super::super::{Elsewhere, rows};
use super::{NAMES, SESSIONS, payload, sorted, wrapped};

/// A collection without a password, as GNOME Keyring keeps it.
fn collection(here: &Elsewhere, name: &str) {
    let mut text = format!("[keyring]\ndisplay-name={name}\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n");
    let items = NAMES.iter().map(|(name, user)| ((*name).to_owned(), wrapped(name, &payload(here, user))));
    let sessions = SESSIONS.iter().map(|name| ((*name).to_owned(), "{}".to_owned()));
    for (number, (profile, secret)) in items.chain(sessions).enumerate() {
        let escaped = secret.replace('\\', "\\\\");
        text += &format!(
            "\n[{number}]\nitem-type=0\ndisplay-name={profile}\nsecret={escaped}\nmtime=0\nctime=0\n\
             \n[{number}:attribute0]\nname=profile\ntype=string\nvalue={profile}\n\
             \n[{number}:attribute1]\nname=xdg:schema\ntype=string\nvalue=org.freedesktop.Secret.Generic\n"
        );
    }
    text += "\n[99]\nitem-type=0\ndisplay-name=of another program\nsecret=hunter2\nmtime=0\nctime=0\n";
    let folder = here.path("service/.local/share/keyrings");
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    std::fs::write(folder.join(format!("{name}.keyring")), text).expect("the folder is ours");
}

fn service(here: &mut Elsewhere) -> SecretService {
    let service = SecretService::start(&here.path("service"));
    here.world.set("DBUS_SESSION_BUS_ADDRESS", service.address());
    service
}

#[test]
fn keys_of_its_own_collection_and_of_another_are_imported() {
    let mut here = Elsewhere::new();
    collection(&here, "awsvault");
    collection(&here, "my_other");
    let _service = service(&mut here);
    let expected = sorted(NAMES.map(|(name, _)| format!("aws-vault secret-service {name} imported")).to_vec());
    let run = here.import(&["aws-vault", "--yes", "--json"]).run();
    assert_eq!((run.status, sorted(rows(&run))), (0, expected), "{run:?}");
    for (name, user) in NAMES {
        assert!(here.uses(name, user), "{name}");
    }
    let run = here.import(&["aws-vault", "--collection", "my_other", "--yes", "--json", "--scrub"]).run();
    assert!(run.stderr.contains("`aws-vault --backend=secret-service --secret-service-collection=my_other remove "), "{run:?}");
    assert!(run.status == 0 && rows(&run).iter().all(|row| row.ends_with(" already")), "{run:?}");
    let run = here.import(&["aws-vault", "--collection", "nothing", "--yes"]).run();
    assert!(run.status == 1 && run.stderr.contains("there is no secret-service store"), "{run:?}");
}

#[test]
fn a_locked_collection_is_not_an_empty_one() {
    let mut here = Elsewhere::new();
    std::fs::create_dir_all(here.path("service")).expect("the folder is ours");
    let service = service(&mut here);
    let run = here.import(&["aws-vault", "--collection", "login", "--yes"]).run();
    assert!(run.status == 0 && run.stderr.contains("secret-service store holds no keys"), "{run:?}");
    let locked = Command::new("gdbus")
        .env("DBUS_SESSION_BUS_ADDRESS", service.address())
        .args(["call", "--session", "-d", "org.freedesktop.secrets", "-o", "/org/freedesktop/secrets"])
        .args(["-m", "org.freedesktop.Secret.Service.Lock", "['/org/freedesktop/secrets/collection/login']"])
        .output()
        .expect("gdbus can be started");
    assert!(locked.status.success(), "{locked:?}");
    let run = here.import(&["aws-vault", "--collection", "login", "--yes"]).run();
    assert!(run.status == 1 && run.stderr.contains("aws-vault's secret-service store is locked"), "{run:?}");
}
