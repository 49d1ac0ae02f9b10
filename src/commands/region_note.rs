//! Says once, to a person at a terminal, that a command gets no region. Never says it to a script, and never twice for one profile.

use crate::os::files;
use crate::plan::CredentialPlan;
use crate::ui;

use super::context::Context;

/// Most AWS commands fail without a region, and blame something else for it.
pub(super) fn say_once(context: &Context, plan: &CredentialPlan) {
    if plan.region.is_some() || !ui::is_read_by_a_person() {
        return;
    }
    let path = context.directories.state.join("told-no-region");
    // A list that cannot be read counts as empty: the note may then come twice, which harms nobody.
    let mut told = files::read_optional(&path).ok().flatten().unwrap_or_default();
    let name = plan.profile.as_str();
    if told.split(|byte| *byte == b'\n').any(|line| line == name.as_bytes()) {
        return;
    }
    ui::note(&format!(
        "no region is set for profile `{name}`: the command gets none. Add `region = …` to the profile, or use `vault exec --region NAME {}`",
        plan.profile.in_shell()
    ));
    told.extend_from_slice(name.as_bytes());
    told.push(b'\n');
    let remembered = files::create_private_directory(&context.directories.state).and_then(|()| files::write_private(&path, &told));
    if let Err(error) = remembered {
        tracing::info!("the note on the missing region will come again: {error}");
    }
}
