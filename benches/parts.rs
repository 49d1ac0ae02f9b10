//! The parts of a cached run by themselves, inside one process: reading the config, planning, opening a session.

use std::hint::black_box;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use vault::config::{ProfileSet, Settings, SourceFile};
use vault::model::{AccessKeyId, ProfileName, SessionCredentials, Timestamp};
use vault::os::dirs::Directories;
use vault::plan::{CredentialPlan, Inventory, PlanRequest, resolve};
use vault::ports::SessionCache;
use vault::sessions::{CacheKey, CacheKeyHolder, SessionFiles};

use crate::support::world::TWO_PROFILES;
use crate::warm::large_config;

const ROUNDS: u32 = 300;

struct Kept(CacheKey);

impl CacheKeyHolder for Kept {
    fn load(&self) -> Option<CacheKey> {
        CacheKey::from_secret(self.0.as_secret().clone())
    }

    fn save(&self, _key: &CacheKey) -> Result<(), String> {
        Ok(())
    }

    fn forget(&self) -> Result<(), String> {
        Ok(())
    }
}

fn index(config: &str) -> ProfileSet {
    ProfileSet::index(Some(SourceFile { path: "config".into(), bytes: config.into() }), None)
}

fn plan(profiles: &ProfileSet) -> CredentialPlan {
    let key = (ProfileName::parse("read-only").unwrap(), AccessKeyId::parse_any("AKIAIOSFODNN7EXAMPLE").unwrap());
    resolve(profiles, &Settings::default(), &Inventory::of([key]), &PlanRequest::of(ProfileName::parse("opssudo").unwrap())).unwrap()
}

pub fn table() {
    println!("\n{:<58} {:>8}", "parts, in one process, mean of 300", "time");
    let (small, large) = (TWO_PROFILES.to_owned(), large_config());
    for (name, config) in [("two profiles", &small), ("5,000 profiles", &large)] {
        row(&format!("finding the sections of the config, {name}"), || index(config));
        let profiles = index(config);
        row(&format!("planning a role, {name}"), || plan(&profiles));
    }
    let plan = plan(&index(&small));
    let step = plan.last_step().expect("a role has a step");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let holder = Kept(CacheKey::generate());
    let warn = |message: &str| println!("{message}");
    let directories = Directories::under(folder.path());
    let files = || SessionFiles::new(&directories, &holder, &warn);
    let session = SessionCredentials {
        key_id: AccessKeyId::parse_any("ASIAIOSFODNN7EXAMPLE").unwrap(),
        secret: SecretString::from("x".repeat(40)),
        token: SecretString::from("x".repeat(800)),
        expiration: Some(Timestamp::from_unix(4_000_000_000)),
        assumed_role: None,
        stated_account: None,
    };
    files().store(&step.session_key, step, &session);
    row("reading, opening and checking a session", || files().load(&step.session_key).expect("it is cached"));
    crate::support::steps::forget_cache_key(&directories);
}

fn row<T>(name: &str, mut part: impl FnMut() -> T) {
    let mut total = Duration::ZERO;
    for round in 0..ROUNDS + 10 {
        let started = Instant::now();
        black_box(part());
        // The first rounds fill the caches.
        if round >= 10 {
            total += started.elapsed();
        }
    }
    println!("{name:<58} {:>6.1}us", (total / ROUNDS).as_secs_f64() * 1e6);
}
