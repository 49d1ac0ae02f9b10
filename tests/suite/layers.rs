//! The map in `src/lib.rs` is true: no file uses a room below its own, no two files import each other, and each says what it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, UseTree};

/// The rooms, row by row. A file uses its own row and the rows above it.
const ROWS: &[&[&str]] = &[
    &["model"],
    &["config"],
    &["plan", "judge"],
    &["ports"],
    &["engine"],
    &["os", "keystore", "sessions", "aws", "prompt", "foreign"],
    &["outlet"],
    &["app"],
    &["cli", "commands", "ui", "main"],
];

/// The path of a module from the root of the crate, such as `["os", "files"]`.
type Module = Vec<String>;

/// One file of the program.
struct Source {
    path: PathBuf,
    first_line: String,
    /// The full paths that its non-test code uses, and those that it re-exports.
    names: BTreeSet<Module>,
    exports: BTreeMap<String, Module>,
    /// The full paths of the imported types that it adds methods or conversions to.
    extends: BTreeSet<Module>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file below `src`, by its module.
fn sources() -> BTreeMap<Module, Source> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read").map(|entry| entry.expect("its entries can be read").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&entry).expect("the file can be read");
                let module = module_of(&entry);
                found.insert(module.clone(), read(entry, &module, &text));
            }
        }
    }
    found
}

fn module_of(path: &Path) -> Module {
    let relative = path.strip_prefix(root()).expect("it is below src").with_extension("");
    let mut module: Module = relative.iter().map(|part| part.to_str().expect("names are text").to_owned()).collect();
    if module.last().is_some_and(|name| name == "mod" || name == "lib") {
        module.pop();
    }
    module
}

fn read(path: PathBuf, module: &Module, text: &str) -> Source {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut names = Names { here: module.clone(), ..Names::default() };
    names.visit_file(&file);
    let first_line = text.lines().next().unwrap_or_default().to_owned();
    let extends = names.extends.iter().filter_map(|segments| names.absolute(segments).or_else(|| names.imported(segments))).collect();
    Source { path, first_line, names: names.found, exports: names.exports, extends }
}

/// Collects the paths that lead to other modules of the crate.
#[derive(Default)]
struct Names {
    here: Module,
    /// The depth of inline modules, whose `super` is the file itself.
    depth: usize,
    found: BTreeSet<Module>,
    exports: BTreeMap<String, Module>,
    /// The full path of each imported name.
    imports: BTreeMap<String, Module>,
    /// The types of inherent `impl`s and of `impl From`s, as they are written.
    extends: BTreeSet<Vec<String>>,
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

impl Names {
    /// The full path of a path that begins with `crate`, `super` or `self`; other paths lead to local names and other crates.
    fn absolute(&self, segments: &[String]) -> Option<Module> {
        let mut path = self.here.clone();
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" | "vault" => {
                path.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                let mut inline = self.depth;
                while let Some((first, after)) = rest.split_first()
                    && first == "super"
                {
                    if inline > 0 {
                        inline -= 1;
                    } else {
                        path.pop();
                    }
                    rest = after;
                }
            }
            _ => return None,
        }
        path.extend_from_slice(rest);
        Some(path)
    }

    /// The full path of what begins with an imported name.
    fn imported(&self, segments: &[String]) -> Option<Module> {
        let (first, rest) = segments.split_first()?;
        Some([self.imports.get(first)?, rest].concat())
    }

    fn walk(&mut self, tree: &UseTree, before: &[String], exported: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let mut leaf = |path: Vec<String>, name: &str| {
            let full = self.absolute(&path).or_else(|| {
                // `pub use child::Name` in a `mod.rs` is relative to the module.
                exported.then(|| [self.here.as_slice(), &path].concat())
            });
            if let Some(full) = full {
                if exported {
                    self.exports.insert(name.to_owned(), full.clone());
                }
                self.imports.insert(name.to_owned(), full.clone());
                if self.absolute(&path).is_some() {
                    self.found.insert(full);
                }
            }
        };
        match tree {
            UseTree::Path(path) => {
                let before = with(&path.ident);
                self.walk(&path.tree, &before, exported);
            }
            UseTree::Name(name) if name.ident == "self" => leaf(before.to_vec(), before.last().map_or("", String::as_str)),
            UseTree::Name(name) => leaf(with(&name.ident), &name.ident.to_string()),
            UseTree::Rename(rename) => leaf(with(&rename.ident), &rename.rename.to_string()),
            UseTree::Glob(_) => leaf(before.to_vec(), "*"),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk(tree, before, exported)),
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Fn(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let extends = item.trait_.as_ref().is_none_or(|(path, _)| path.segments.last().is_some_and(|name| name.ident == "From"));
        if let syn::Type::Path(of) = &*item.self_ty
            && extends
        {
            self.extends.insert(of.path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1
            && let Some(full) = self.absolute(&segments)
        {
            self.found.insert(full);
        }
        visit::visit_path(self, path);
    }
}

/// The file that defines `path`, found through re-exports.
fn defined_in(sources: &BTreeMap<Module, Source>, path: &Module) -> Option<Module> {
    let length = (0..=path.len()).rev().find(|length| sources.contains_key(&path[..*length]))?;
    let (module, rest) = (path[..length].to_vec(), &path[length..]);
    let exports = &sources[&module].exports;
    match rest.first().and_then(|name| exports.get(name)) {
        Some(full) if full != path => defined_in(sources, &[full.as_slice(), &rest[1..]].concat()),
        _ => Some(module),
    }
}

fn row(module: &Module) -> Option<usize> {
    let room = module.first()?;
    Some(ROWS.iter().position(|rooms| rooms.contains(&room.as_str())).unwrap_or_else(|| panic!("`{room}` has no row in the map")))
}

/// Which module uses which. Leaves out a file's uses of its children.
fn uses(sources: &BTreeMap<Module, Source>) -> BTreeSet<(Module, Module)> {
    let mut uses = BTreeSet::new();
    for (module, source) in sources {
        for name in &source.names {
            if let Some(target) = defined_in(sources, name)
                && target != *module
            {
                uses.insert((module.clone(), target));
            }
        }
    }
    uses
}

#[test]
fn no_file_uses_a_room_below_its_own() {
    let sources = sources();
    let mut table = String::new();
    for (from, to) in uses(&sources) {
        if let (Some(own), Some(other)) = (row(&from), row(&to))
            && other > own
        {
            let _ = writeln!(table, "  row {own}  {:<40} uses row {other}  {}", sources[&from].path.display(), to.join("::"));
        }
    }
    assert!(table.is_empty(), "imports that go up:\n{table}");
}

/// A method is called without naming the file that has it, so no import shows that a room uses one below its own.
#[test]
fn no_file_extends_a_type_of_another_row() {
    let sources = sources();
    let mut extended = 0;
    let mut found = BTreeSet::new();
    for (module, source) in &sources {
        for of in &source.extends {
            let Some(home) = defined_in(&sources, of) else { continue };
            extended += 1;
            if row(&home) != row(module) {
                found.insert((source.path.display().to_string(), of.join("::")));
            }
        }
    }
    assert!(extended > 10, "types are extended in files next to their own: {extended}");
    assert!(found.is_empty(), "methods and conversions of a type belong in its own row: {found:#?}");
}

#[test]
fn no_two_files_import_each_other() {
    let uses = uses(&sources());
    let back = |(from, to): &&(Module, Module)| from < to && uses.contains(&(to.clone(), from.clone()));
    let found: BTreeSet<_> = uses.iter().filter(back).map(|(from, to)| (from.join("::"), to.join("::"))).collect();
    assert!(found.is_empty(), "these files import each other: {found:#?}");
}

/// `setup` is these commands in a row.
const IN_A_ROW: [&str; 3] = ["add", "mfa", "rotate"];

#[test]
fn no_command_uses_another() {
    let command = |module: &Module| match &module[..] {
        [room, command, ..] if room == "commands" => Some(command.clone()),
        _ => None,
    };
    let is_step = |from: &str, to: &str| from == "setup" && IN_A_ROW.contains(&to);
    let of_two =
        |(from, to): &(Module, Module)| command(from).zip(command(to)).is_some_and(|(from, to)| from != to && !is_step(&from, &to));
    let found: Vec<_> = uses(&sources()).into_iter().filter(of_two).map(|(from, to)| (from.join("::"), to.join("::"))).collect();
    assert!(found.is_empty(), "code that commands share belongs in `app`: {found:#?}");
}

#[test]
fn each_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().into_values().filter(|source| !source.first_line.starts_with("//! ")).map(|source| source.path).collect();
    assert!(silent.is_empty(), "files that do not begin with a `//!` line: {silent:?}");
}

#[test]
fn the_map_has_each_room_in_its_row() {
    let map = std::fs::read_to_string(root().join("lib.rs")).expect("the map can be read");
    let rows = map.lines().filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | "));
    let rows: BTreeMap<usize, &str> = rows.filter_map(|(number, row)| Some((number.parse().ok()?, row))).collect();
    let rooms: BTreeSet<_> = sources().into_keys().filter_map(|module| module.into_iter().next()).filter(|room| room != "main").collect();
    assert!(rooms.len() > 10, "{rooms:?}");
    for room in rooms {
        let named: Vec<_> = rows.iter().filter(|(_, row)| row.contains(&format!("[`{room}`]"))).map(|(number, _)| *number).collect();
        assert_eq!(named, [row(&vec![room.clone()]).expect("it has a row")], "the row of `{room}` in `src/lib.rs`");
    }
}
