//! Files of ours are private and whole, and nobody else's are touched. Never tests what a file holds.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn new_files_and_directories_are_private() {
    let world = tempfile::tempdir().unwrap();
    let directory = world.path().join("a/b");
    create_private_directory(&directory).unwrap();
    create_private_directory(&directory).unwrap();
    write_private(&directory.join("f"), b"1").unwrap();
    assert_eq!((mode(&world.path().join("a")), mode(&directory), mode(&directory.join("f"))), (0o700, 0o700, 0o600));
    assert_eq!(names_in(&directory).unwrap(), ["f"]);
}

#[test]
fn a_file_of_the_users_keeps_its_link_its_mode_and_its_owner() {
    use std::os::unix::fs::{MetadataExt, chown};
    let world = tempfile::tempdir().unwrap();
    let (real, link) = (world.path().join("real"), world.path().join("link"));
    symlink("real", &link).unwrap();
    rewrite(&link, b"1").unwrap();
    assert_eq!(mode(&real), 0o600);
    fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
    // Only root can give a file away, so for other users this tests nothing about owners.
    let _ = chown(&real, Some(65534), Some(65534));
    let owner = fs::metadata(&real).unwrap().uid();
    rewrite(&link, b"2").unwrap();
    assert_eq!((read(&real).unwrap(), mode(&real), fs::metadata(&real).unwrap().uid()), (b"2".to_vec(), 0o644, owner));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && is_open_to_others(&real) && !is_open_to_others(&link));

    symlink("circle", world.path().join("circle")).unwrap();
    assert!(rewrite(&world.path().join("circle"), b"").unwrap_err().reason.contains("too many"));
}

#[test]
fn a_file_of_ours_is_private_whatever_was_there() {
    let world = tempfile::tempdir().unwrap();
    let (ours, theirs) = (world.path().join("ours"), world.path().join("theirs"));
    for write in [write_private, write_disposable] {
        fs::write(&ours, b"1").unwrap();
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o666)).unwrap();
        write(&ours, b"2").unwrap();
        assert_eq!((fs::read(&ours).unwrap(), mode(&ours)), (b"2".to_vec(), 0o600));
        remove(&ours).unwrap();
        fs::write(&theirs, b"theirs").unwrap();
        symlink(&theirs, &ours).unwrap();
        write(&ours, b"3").unwrap();
        assert!(!fs::symlink_metadata(&ours).unwrap().is_symlink());
        assert_eq!((fs::read(&ours).unwrap(), fs::read(&theirs).unwrap()), (b"3".to_vec(), b"theirs".to_vec()));
    }
}

#[test]
fn a_file_of_ours_is_neither_read_nor_locked_through_another_name() {
    let world = tempfile::tempdir().unwrap();
    let (theirs, link, dangling, twin) =
        (world.path().join("theirs"), world.path().join("link"), world.path().join("dangling"), world.path().join("twin"));
    fs::write(&theirs, b"theirs").unwrap();
    symlink(&theirs, &link).unwrap();
    symlink(world.path().join("new"), &dangling).unwrap();
    fs::hard_link(&theirs, &twin).unwrap();
    for error in [
        read_private(&link).unwrap_err(),
        open_lock_file(&link).unwrap_err(),
        lock(&link, "nobody").unwrap_err(),
        open_lock_file(&dangling).unwrap_err(),
        open_lock_file(&twin).unwrap_err(),
    ] {
        assert!(matches!(error.cure, Some(Cure::Remove(_))), "{error}");
    }
    assert!(!world.path().join("new").exists(), "nothing is made at the other end of a link");
    assert_eq!(read(&link).unwrap(), b"theirs", "a file of the user's may be a link");
}

#[test]
fn a_folder_or_a_file_that_others_may_write_to_is_refused() {
    let world = tempfile::tempdir().unwrap();
    let (outer, inner) = (world.path().join("vault"), world.path().join("vault/inner"));
    let file = inner.join("f");
    create_private_directory(&inner).unwrap();
    write_private(&file, b"1").unwrap();
    open_lock_file(&inner.join("lock")).unwrap();
    let refused = |what: &Path| {
        let uses = [
            read_private(&file).err(),
            write_private(&file, b"2").err(),
            write_disposable(&file, b"2").err(),
            write_new_private(&inner.join("new"), b"2").err(),
            open_lock_file(&inner.join("lock")).err(),
        ];
        for error in uses {
            let error = error.unwrap();
            assert_eq!(error.cure, Some(Cure::Close(what.to_owned())), "{error}");
        }
    };
    for folder in [&outer, &inner] {
        for open in [0o777, 0o770, 0o722, 0o1777] {
            fs::set_permissions(folder, fs::Permissions::from_mode(open)).unwrap();
            refused(folder);
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(read_private(&file).unwrap(), Some(b"1".to_vec()), "others may look");
    }
    for name in ["f", "lock"] {
        fs::set_permissions(inner.join(name), fs::Permissions::from_mode(0o620)).unwrap();
    }
    assert_eq!(read_private(&file).unwrap_err().cure, Some(Cure::Close(file.clone())));
    assert_eq!(open_lock_file(&inner.join("lock")).unwrap_err().cure, Some(Cure::Close(inner.join("lock"))));
    assert!(read(&file).is_ok(), "who may write to their own config is the user's business");
}

/// One of our folders with settings that link, through a second link, to a file in a repository.
struct Linked {
    world: tempfile::TempDir,
    settings: PathBuf,
}

impl Linked {
    fn new() -> Self {
        let world = tempfile::tempdir().unwrap();
        let at = |name: &str| world.path().join(name);
        for folder in ["config/vault", "dotfiles", "between"] {
            create_private_directory(&at(folder)).unwrap();
        }
        fs::write(at("dotfiles/config.toml"), b"1").unwrap();
        symlink("../dotfiles/config.toml", at("between/link")).unwrap();
        symlink("../../between/link", at("config/vault/config.toml")).unwrap();
        let settings = at("config/vault/config.toml");
        Self { world, settings }
    }

    fn at(&self, name: &str) -> PathBuf {
        // The links are relative.
        self.world.path().join("config/vault/../../between/../dotfiles").join(name)
    }
}

#[test]
fn settings_are_read_through_links_but_not_where_others_may_change_what_is_read() {
    let linked = Linked::new();
    let read = || read_settings(&linked.settings);
    let folder = |name: &str| linked.world.path().join(name);
    assert_eq!(read().unwrap(), Some(b"1".to_vec()));
    for (what, sound, open) in [
        (folder("config/vault"), 0o755, vec![0o777, 0o775, 0o1777]),
        (folder("between"), 0o1777, vec![0o777, 0o775]),
        (folder("dotfiles"), 0o1775, vec![0o777, 0o722]),
        (folder("dotfiles/config.toml"), 0o644, vec![0o666, 0o664, 0o646]),
    ] {
        let expected = fs::canonicalize(&what).unwrap();
        for mode in open {
            fs::set_permissions(&what, fs::Permissions::from_mode(mode)).unwrap();
            let error = read().unwrap_err();
            let Some(Cure::Close(cure)) = &error.cure else { panic!("{}: {error}", what.display()) };
            assert_eq!(fs::canonicalize(cure).unwrap(), expected, "{error}");
        }
        fs::set_permissions(&what, fs::Permissions::from_mode(sound)).unwrap();
        assert_eq!(read().unwrap(), Some(b"1".to_vec()), "{}", what.display());
    }
    fs::remove_file(linked.at("config.toml")).unwrap();
    symlink("/dev/null", linked.at("config.toml")).unwrap();
    assert_eq!(read().unwrap(), Some(Vec::new()));
}

#[test]
fn that_settings_are_not_there_is_not_believed_where_others_may_take_them_away() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("vault");
    let settings = folder.join("config.toml");
    assert_eq!(read_settings(&settings).unwrap(), None);
    create_private_directory(&folder).unwrap();
    assert_eq!(read_settings(&settings).unwrap(), None);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(read_settings(&settings).unwrap_err().cure, Some(Cure::Close(folder)));
}

/// Like the next one, this tests nothing unless the tests run as root.
#[test]
fn settings_of_another_user_are_refused_wherever_they_are() {
    let linked = Linked::new();
    let names = ["config/vault", "between", "between/link", "dotfiles", "dotfiles/config.toml"];
    for what in names.map(|name| linked.world.path().join(name)) {
        if std::os::unix::fs::lchown(&what, Some(65534), None).is_err() {
            return;
        }
        let error = read_settings(&linked.settings).unwrap_err();
        let Some(Cure::MoveAway(cure)) = &error.cure else { panic!("{}: {error}", what.display()) };
        assert_eq!(cure.file_name(), what.file_name(), "{error}");
        std::os::unix::fs::lchown(&what, Some(0), None).unwrap();
        assert!(read_settings(&linked.settings).is_ok(), "{}", what.display());
    }
}

/// Tests nothing unless the tests run as root: nobody else can give a file to another user.
#[test]
fn what_belongs_to_another_user_is_refused() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("vault");
    let file = folder.join("f");
    create_private_directory(&folder).unwrap();
    write_private(&file, b"1").unwrap();
    if std::os::unix::fs::chown(&file, Some(65534), None).is_err() {
        return;
    }
    assert_eq!(read_private(&file).unwrap_err().cure, Some(Cure::MoveAway(file.clone())));
    assert_eq!(open_lock_file(&file).unwrap_err().cure, Some(Cure::MoveAway(file.clone())));
    std::os::unix::fs::chown(&file, Some(0), None).unwrap();
    std::os::unix::fs::chown(&folder, Some(65534), None).unwrap();
    for error in [read_private(&file).unwrap_err(), write_private(&file, b"2").unwrap_err(), open_lock_file(&file).unwrap_err()] {
        assert_eq!(error.cure, Some(Cure::MoveAway(folder.clone())), "{error}");
    }
}

#[test]
fn a_cure_is_a_command_whatever_the_path_is() {
    let path = || PathBuf::from("/home/a b/$(x)/vault");
    for (cure, command) in [
        (Cure::TakeBack(path()), "`sudo chown -R \"$(id -un)\" '/home/a b/$(x)/vault'`"),
        (Cure::MoveAway(path()), "`mv '/home/a b/$(x)/vault' '/home/a b/$(x)/vault.not-mine'`"),
        (Cure::Close(path()), "`chmod go-w '/home/a b/$(x)/vault'`"),
        (Cure::Remove(path()), "`rm '/home/a b/$(x)/vault'`"),
    ] {
        assert!(cure.to_string().contains(command), "{cure}");
    }
}

#[test]
fn only_regular_files_of_a_bounded_size_are_read() {
    let world = tempfile::tempdir().unwrap();
    let at = |name: &str| world.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    fs::File::create(at("sparse")).unwrap().set_len(3 << 30).unwrap();
    for path in [at("pipe"), at("socket"), at("sparse"), world.path().to_owned(), "/dev/full".into(), "/dev/zero".into()] {
        for error in [read(&path).err(), read_optional(&path).err(), read_private(&path).err()] {
            assert!(error.is_some(), "{}", path.display());
        }
    }
    for path in [at("pipe"), "/dev/null".into()] {
        assert!(rewrite(&path, b"1").is_err() && open_lock_file(&path).is_err(), "{}", path.display());
    }
    assert_eq!(read(Path::new("/dev/null")).unwrap(), b"", "it is how people say that there is no file");
    // As long as its length says, longer, and at the edge of a buffer.
    for length in [0, 1, 4095, 4096, 4097, 100_000] {
        fs::write(at("f"), vec![b'x'; length]).unwrap();
        assert_eq!(read(&at("f")).unwrap().len(), length);
    }
    assert!(!cfg!(target_os = "linux") || !read(Path::new("/proc/self/status")).unwrap().is_empty(), "a file that says that it is empty");
}

#[test]
fn what_killed_writes_left_is_swept_and_nothing_that_is_called_nearly_so() {
    let two_hours_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(2);
    let leave = |path: PathBuf| {
        let file = fs::File::create(path).unwrap();
        file.set_modified(two_hours_ago).unwrap();
    };
    let world = tempfile::tempdir().unwrap();
    let (aws, home, ours) = (world.path().join(".aws"), world.path().join("home"), world.path().join("vault"));
    for folder in [&aws, &home, &ours] {
        fs::create_dir(folder).unwrap();
        for name in [
            ".vault-abcDEF012345",
            ".vault-abcDEF",
            ".vault-token",
            ".vault-config",
            ".vault-configbackup",
            ".vaultrc",
            "vault-abcDEF012345",
        ] {
            leave(folder.join(name));
        }
        fs::write(folder.join(".vault-abcDEF012346"), b"being written").unwrap();
    }
    rewrite(&aws.join("config"), b"1").unwrap();
    rewrite(&home.join("config"), b"1").unwrap();
    write_private(&ours.join("index.json"), b"1").unwrap();
    assert_eq!(
        names_in(&aws).unwrap(),
        [".vault-abcDEF012346", ".vault-config", ".vault-configbackup", ".vault-token", ".vaultrc", "config", "vault-abcDEF012345"]
    );
    assert_eq!(
        names_in(&home).unwrap(),
        [
            ".vault-abcDEF",
            ".vault-abcDEF012346",
            ".vault-config",
            ".vault-configbackup",
            ".vault-token",
            ".vaultrc",
            "config",
            "vault-abcDEF012345"
        ]
    );
    assert_eq!(
        names_in(&ours).unwrap(),
        [".vault-abcDEF012346", ".vault-config", ".vault-configbackup", ".vault-token", ".vaultrc", "index.json", "vault-abcDEF012345"]
    );
}

#[test]
fn an_unreadable_file_is_not_an_absent_one() {
    let world = tempfile::tempdir().unwrap();
    assert!(read_optional(&world.path().join("none")).unwrap().is_none());
    let error = read_optional(world.path()).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read `{}`: it is a directory", world.path().display()));
    write_private(&world.path().join("f"), b"").unwrap();
    assert!(read_optional(&world.path().join("f/g")).is_err());
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let world = tempfile::tempdir().unwrap();
    let path = world.path().join("f");
    assert!(write_new_private(&path, b"1").unwrap());
    assert!(!write_new_private(&path, b"2").unwrap());
    assert_eq!(read(&path).unwrap(), b"1");
    assert!(remove(&path).unwrap() && !remove(&path).unwrap());
}
