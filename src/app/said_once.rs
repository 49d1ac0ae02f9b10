//! Shows each note once: a list in the state folder records what was shown. Never hides a note because the list cannot be read.

use crate::os::dirs::Directories;
use crate::os::files;

/// Shows each of the `news` whose name is not in the list called `list`, and adds it there.
pub fn say<T>(directories: &Directories, list: &str, news: &[T], name: impl Fn(&T) -> &str, tell: impl Fn(&T)) {
    if news.is_empty() {
        return;
    }
    let path = directories.state.join(list);
    // Showing it twice does no harm.
    let mut told = files::read_private(&path).ok().flatten().unwrap_or_default();
    let before = told.len();
    for item in news {
        let name = name(item).as_bytes();
        if told.split(|byte| *byte == b'\n').any(|line| line == name) {
            continue;
        }
        tell(item);
        told.extend_from_slice(name);
        told.push(b'\n');
    }
    if told.len() > before {
        let remembered = files::create_private_directory(&directories.state).and_then(|()| files::write_private(&path, &told));
        if let Err(error) = remembered {
            tracing::info!("cannot remember that this notice was shown: {error}");
        }
    }
}
