//! Says once, to a person at a terminal, that a command gets no region. Never says it to a script, and never twice for one profile.

use crate::app::{Context, said_once};
use crate::plan::CredentialPlan;
use crate::ui;

/// Most AWS commands fail without a region, and blame something else for it.
pub fn say_once(context: &Context, plan: &CredentialPlan) {
    if plan.region.is_some() || !ui::is_read_by_a_person() {
        return;
    }
    said_once::say(
        &context.directories,
        "told-no-region",
        &[&plan.profile],
        |profile| profile.as_str(),
        |profile| {
            ui::note(&format!(
                "no region is set for profile `{profile}`: the command gets none. Add `region = …` to the profile, or use `vault exec --region NAME {}`",
                profile.in_shell()
            ));
        },
    );
}
