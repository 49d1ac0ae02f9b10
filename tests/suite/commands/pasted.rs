//! Commands in hints, pasted into a real shell: a foreign name or path is one word there, and starts nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use vault::config::edit::header_of;
use vault::model::ProfileName;
use vault::model::quote::{in_shell, in_toml};

use super::signed_in;
use crate::support::world::{Run, World, usual_aws};

const BASH: &[&str] = &["/usr/bin/bash", "--norc"];

/// Part of every name and path here, and of nothing else in the output.
const MARK: &str = "pwned";

/// Names with every character that means something to some shell.
const NAMES: [&str; 5] = [
    "touch pwned;`touch pwned`$(touch pwned)|touch pwned&touch pwned>pwned<*?~#!{pwned,x} (pwned)%=^é",
    "=pwned",
    "~pwned",
    "#pwned",
    "pwned $(touch pwned)",
];

/// The commands between backticks, with quotes respected as a shell does.
fn commands(text: &str, programs: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for program in programs {
        for (start, opening) in text.match_indices(&format!("`{program} ")) {
            let rest = &text[start + 1..];
            // A backtick inside quotes belongs to a word of a command.
            if found.iter().any(|known: &String| known.contains(rest.get(..opening.len()).unwrap_or(rest))) {
                continue;
            }
            let (mut quote, mut escaped, mut end) = (None, false, rest.len());
            for (at, c) in rest.char_indices() {
                match (quote, c) {
                    _ if escaped => escaped = false,
                    (None, '\\') => escaped = true,
                    (None, '`') => {
                        end = at;
                        break;
                    }
                    (None, '\'' | '"') => quote = Some(c),
                    (Some(open), c) if c == open => quote = None,
                    _ => {}
                }
            }
            found.push(rest[..end].to_owned());
        }
    }
    found
}

/// The words of the line as the shell reads them. It finds no program, and prints the words instead.
fn pasted(shell: &[&str], line: &str) -> Vec<String> {
    let programs = "for c in vault aws ls df mv rm chmod chown sudo head id env";
    let script = match shell[0] {
        "/usr/bin/fish" => format!("{programs}; function $c; printf '%s\\0' $argv; end; end; {line}"),
        "/usr/bin/zsh" => format!("command_not_found_handler() {{ printf '%s\\0' \"$@\"; }}; {line}"),
        _ => format!("command_not_found_handle() {{ printf '%s\\0' \"$@\"; }}; {line}"),
    };
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", &script])
        .env_clear()
        .env("PATH", "/nowhere")
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .output()
        .expect("the shell can be started");
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the words are text").split_terminator('\0').map(str::to_owned).collect()
}

/// Fails unless a command in the hints contains the word, and every command that contains a part of it has it whole and as one word.
#[track_caller]
fn check(run: &Run, programs: &[&str], word: &str) {
    let commands = commands(&run.stderr, programs);
    let mut arrived = 0;
    for command in commands.iter().filter(|command| command.contains(MARK)) {
        for shell in [BASH, &["/usr/bin/zsh", "-f"], &["/usr/bin/fish", "--no-config"]] {
            if shell[0] == "/usr/bin/fish" && (command.contains("$'") || programs.len() == 1) {
                continue;
            }
            let mut words = pasted(shell, command);
            // A line for another shell.
            if let Some(at) = words.iter().position(|word| word == "-ic") {
                let line = words.remove(at + 1);
                words.extend(pasted(BASH, &line));
            }
            for found in words.iter().filter(|found| found.contains(MARK)) {
                // A hint may name two profiles of this file, which differ in the last letter.
                let others = word.strip_suffix('k').map(|name| format!("{name}r"));
                let is_whole = found == word || Some(found) == others.as_ref();
                assert!(is_whole, "{shell:?} reads `{command}` as {words:?}");
                arrived += 1;
            }
        }
    }
    assert!(arrived > 0, "{word} is in none of {commands:?}: {run:?}");
}

const PROGRAMS: [&str; 8] = ["vault", "aws", "ls", "mv", "rm", "chmod", "head", "sudo"];

#[test]
fn a_profiles_name_is_one_word_in_every_command_of_a_hint() {
    let lines = |name: &ProfileName| -> String {
        let other = |more: &str| header_of(&ProfileName::parse(&format!("{name}{more}")).expect("it is a name"));
        let header = header_of(name);
        format!(
            "{header}\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n{}\nsource_profile = {name}\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n{}\ncredential_process = some other\n{}\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n{}\nlogin_session = arn:aws:iam::123456789012:user/x\n",
            other("r"),
            other("o"),
            other("s"),
            other("l"),
        )
    };
    for name in NAMES {
        let profile = ProfileName::parse(name).expect("it is a name");
        let with = |more: &str| format!("{name}{more}");
        let world = World::with(usual_aws(), "");
        let (id, secret) = world.aws.user("some-user").access_key();
        let check = |arguments: &[&str], word: &str| {
            let run = world.command(&World::binary(), arguments).env("SHELL", "/bin/bash");
            check(&run.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run(), &PROGRAMS, word);
        };
        check(&["exec", name, "--", "true"], name);
        check(&["explain", name], name);
        world.write(".aws/config", lines(&profile));
        world.write(".config/vault/config.toml", format!("[profile.{}]\nprotect = true\n", in_toml(&with("r"))));
        check(&["exec", name, "--", "true"], name);
        check(&["exec", &with("s"), "--", "true"], &with("s"));
        check(&["exec", name, "true"], name);
        check(&["exec", &with("l"), "--", "true"], &with("l"));
        world.add(name, "some-user");
        check(&["remove", name], name);
        check(&["export", &with("r")], &with("r"));
        check(&["exec", &with("r"), "--", "true"], &with("r"));
        check(&["link", name, "--as", &with("o")], name);
        check(&["link", name, "--as", &with("k")], &with("k"));
        check(&["add", &with("k"), "--env"], &with("k"));
        check(&["exec", name, "-t", &world.aws.fresh_code("some-user"), "--", "no-such"], name);
        check(&["exec", name, "--", "no-such", "a"], name);
        check(&["exec", name, "--", "A=1", "x"], name);
        check(&["exec", name, "--", "cd"], name);
        world.aws.deactivate_key(&id);
        check(&["add", &with("n"), "--env"], &with("n"));
    }
}

#[test]
fn a_command_keeps_its_words_in_a_hint() {
    let world = signed_in();
    for word in NAMES.into_iter().chain(["pwned\u{202e}\u{200b}$(touch pwned)", "it's pwned\\", "pwned\u{1b}]x'; touch pwned #"]) {
        let ours = |arguments: &[&str]| world.command(&World::binary(), arguments).env("SHELL", "/bin/bash").run();
        check(&ours(&["exec", "read-only", "--", "no-such", word]), &PROGRAMS, word);
        check(&ours(&["exec", "read-only", "true", word]), &PROGRAMS, word);
    }
}

#[test]
fn a_path_is_one_word_in_every_command_of_a_hint() {
    for folder in ["it's $(touch pwned);`touch pwned` #\\", "=~pwned\u{1b}]x'; touch pwned #\n"] {
        let mut world = World::new();
        let path = |more: &str| world.path(folder).join(more).display().to_string();
        let (data, state, config) = (path("data"), path("state"), path("config"));
        world.write(&format!("{folder}/config/.keep"), "");
        world.write(&format!("{folder}/script"), "#!/no/such/program\n");
        world.set("XDG_DATA_HOME", &data);
        world.set("XDG_STATE_HOME", &state);
        let ours = |arguments: &[&str]| world.command(&World::binary(), arguments).run();
        let path = |more: &str| world.path(folder).join(more).display().to_string();
        check(&world.vault(["list"]).env("AWS_CONFIG_FILE", &config).run(), &PROGRAMS, &config);

        let (id, secret) = world.aws.user("some-user").access_key();
        let add = world.vault(["add", "read-only", "--env", "--no-verify"]);
        add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
        world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        check(&ours(&["exec", "read-only", "--", &path("script")]), &PROGRAMS, &path("script"));
        set_mode(&world.path(folder).join("script"), 0o755);
        check(&ours(&["exec", "read-only", "--", &path("script")]), &PROGRAMS, &path("script"));

        for lock in fs::read_dir(path("state/vault/locks")).expect("there are locks").flatten().map(|entry| entry.path()) {
            if ["device-", "session-"].iter().all(|start| !lock.file_name().expect("it has one").to_string_lossy().starts_with(start)) {
                continue;
            }
            fs::remove_file(&lock).expect("it can be removed");
            symlink(world.path(".aws/config"), &lock).expect("a link can be made");
            let run = ours(&["exec", "read-only", "--fresh", "-t", "123456", "--", "true"]);
            check(&run, &PROGRAMS, &lock.display().to_string());
            fs::remove_file(&lock).expect("it can be removed");
        }
        set_mode(Path::new(&path("data/vault")), 0o777);
        check(&ours(&["list"]), &PROGRAMS, &path("data/vault"));
    }
    let world = World::new();
    world.write("-rf pwned/.keep", "");
    check(&world.vault(["list"]).env("AWS_CONFIG_FILE", "-rf pwned").run(), &PROGRAMS, "./-rf pwned");
}

#[test]
fn the_programs_name_is_one_word_in_every_hint() {
    for name in ["my pwned", "it's $(touch pwned);#\\", "=pwned"] {
        let world = World::new();
        let program = world.path(name);
        symlink(World::binary(), &program).expect("a link can be made");
        let run = world.command(&program, &["exec", "nobody", "--", "true"]).run();
        check(&run, &[&in_shell(name)], name);
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode can be set");
}
