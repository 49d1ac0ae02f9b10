//! The console blocks of the README, for tests that follow them line by line.

/// The lines of each console block of this section, in order, without comments and empty lines.
pub fn consoles(title: &str) -> Vec<Vec<String>> {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## ").find(|section| section.lines().next() == Some(title));
    let section = section.unwrap_or_else(|| panic!("the README has no section `{title}`"));
    section.split("```").skip(1).step_by(2).map(lines).collect()
}

fn lines(block: &str) -> Vec<String> {
    let lines = block.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}
