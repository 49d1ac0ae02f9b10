//! Many processes at once: one prompt and one call, even if one of them is killed.

mod codes;
mod cut_short;
mod killed;
mod together;

use std::path::PathBuf;

use crate::support::aws::StandIn;
use crate::support::world::World;

/// How many roles the one key assumes.
const ROLES: usize = 5;

/// A world whose `mfa_process` logs each run and fetches the code from the stand-in, with five role profiles on one key.
struct Crowd {
    world: World,
}

impl Crowd {
    fn new() -> Self {
        let mut aws = StandIn::builder().user("some-user", |user| user.mfa("some-user").block_without_mfa());
        let mut config = String::from("[profile base]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n");
        for number in 1..=ROLES {
            let role = format!("Role{number}");
            aws = aws.role(&role, |role| role.require_mfa());
            config
                .push_str(&format!("\n[profile role{number}]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/{role}\n"));
        }
        let crowd = Self { world: World::with(aws.start(), &config) };
        let url = crowd.world.aws.code_url("some-user");
        let fetch = format!("import urllib.request;print(urllib.request.urlopen(\"{url}\").read().decode())");
        crowd.world.write("code.sh", format!("echo $PPID >> {}\nexec python3 -c '{fetch}'\n", crowd.log().display()));
        let process = format!("mfa_process = sh {}\n", crowd.world.path("code.sh").display());
        crowd.world.write(".aws/config", config.replacen("mfa_serial", &format!("{process}mfa_serial"), 1));
        crowd
    }

    /// One line for each prompt: the process that asked.
    fn log(&self) -> PathBuf {
        self.world.path("prompts.log")
    }

    fn prompts(&self) -> Vec<u32> {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        text.lines().filter_map(|line| line.trim().parse().ok()).collect()
    }
}
