//! The pictures in `docs/pictures/` show the program's real output on a terminal in a test world. `UPDATE=1` redraws them.
//!
//! Key ids and codes differ between runs, so examples of the same length replace them. Nothing else is touched.

use std::path::Path;

use anstyle_svg::Term;

use crate::support::pty::Terminal;
use crate::support::world::{TWO_PROFILES, World, tools, usual_aws};

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const CODE: &str = "123456";

/// The screen of a person who types these commands one after the other.
struct Recording<'a> {
    world: &'a World,
    shown: String,
}

impl<'a> Recording<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, shown: String::new() }
    }

    /// Runs `vault` with the words of this line, and types each answer when its prompt comes.
    fn run(&mut self, line: &str, answers: &[(&str, &str)]) {
        let path = format!("{}:/usr/bin:/bin", tools().display());
        let words: Vec<_> = line.split_whitespace().collect();
        let mut terminal = Terminal::run(self.world.command(&World::binary(), &words).env("PATH", &path));
        for (prompt, answer) in answers {
            terminal.expect(prompt);
            terminal.type_line(answer);
        }
        let ended = terminal.wait();
        let codes = answers.iter().map(|(_, answer)| *answer).filter(|answer| answer.len() == CODE.len());
        let mut screen = ended.screen.replace('\r', "").replace(&self.world.aws.user("some-user").access_key().0, KEY_ID);
        for code in codes {
            screen = screen.replace(code, CODE);
        }
        let gap = if self.shown.is_empty() { "" } else { "\n" };
        self.shown += &format!("{gap}\x1b[1;32m$\x1b[0m \x1b[1mvault {line}\x1b[0m\n{}\n", wrapped(screen.trim_end()));
    }

    /// Compares with the pictures in the repository, on a light and on a dark background.
    #[track_caller]
    fn check(self, name: &str) {
        let colors = [("light", (0x1f, 0x23, 0x28), (0xf6, 0xf8, 0xfa)), ("dark", (0xe6, 0xed, 0xf3), (0x15, 0x1b, 0x23))];
        for (ground, fg, bg) in colors {
            let picture = Term::new().min_width_px(0).fg_color(fg.into()).bg_color(bg.into()).render_svg(&self.shown);
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(format!("{name}-{ground}.svg"));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
                std::fs::write(&path, &picture).expect("the picture can be written");
            }
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(there == picture, "`{}` is not current: run `UPDATE=1 cargo nextest run pictures`", path.display());
        }
    }
}

/// The lines as a terminal of this width breaks them.
fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 96;
    let rows = |line: &str| {
        let characters: Vec<_> = line.chars().collect();
        characters.chunks(COLUMNS).map(|row| row.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    };
    text.lines().map(rows).collect::<Vec<_>>().join("\n")
}

/// A world whose clock the recording moves.
fn world(config: &str) -> World {
    let mut world = World::with(usual_aws(), config);
    world.own_clock();
    world.seed_identity();
    world
}

const SECRET: &str = "Secret access key: ";
const ASKED: &str = "mfa/some-user: ";

#[test]
fn the_picture_of_the_first_use_is_current() {
    let world = world("");
    let (id, secret) = world.aws.user("some-user").access_key();
    let mut recording = Recording::of(&world);
    recording.run("add read-only --region us-east-1", &[("Access key id: ", &id), (SECRET, &secret)]);
    let code = world.aws.code("some-user");
    recording.run("exec read-only -- aws s3 ls", &[(ASKED, &code)]);
    recording.check("first-use");
}

#[test]
fn the_picture_of_a_sudo_role_is_current() {
    let world = world(&TWO_PROFILES.replace("source_profile", "region = us-east-1\nsource_profile"));
    world.add("read-only", "some-user");
    let mut recording = Recording::of(&world);
    let code = world.aws.code("some-user");
    recording.run("exec read-only -- aws s3 ls", &[(ASKED, &code)]);
    recording.run("exec opssudo -- aws sts get-caller-identity --query Arn", &[]);
    recording.check("sudo-role");
}

#[test]
fn the_picture_of_the_state_is_current() {
    let world = world(TWO_PROFILES);
    world.add("read-only", "some-user");
    let mut recording = Recording::of(&world);
    recording.run("explain opssudo", &[]);
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    // Half a minute away from the moment when the remaining minutes change.
    world.later(25 * 60 + 30);
    recording.run("list", &[]);
    recording.run("status opssudo", &[]);
    recording.check("state");
}

#[test]
fn the_picture_of_an_error_is_current() {
    let world = world(&TWO_PROFILES.replace("source_profile = read-only", "source_profile = readonly"));
    world.add("read-only", "some-user");
    let mut recording = Recording::of(&world);
    recording.run("exec opssudo -- terraform apply", &[]);
    recording.run("exec opsudo -- terraform apply", &[]);
    recording.check("error");
}
