"""Corrects the bill of materials and the licences that the cargo tools wrote. Fails if a part of the program is missing in either.

    materials.py BILL LICENCES CRATES [C_LIBRARY VERSION]
        CRATES: the output of `cargo tree`, which knows exactly what is in the program
        C_LIBRARY VERSION: in a static binary, as `getconf GNU_LIBC_VERSION` says it
"""

import itertools
import json
import pathlib
import re
import subprocess
import sys

RULE = "=" * 79
# Where distributions keep the licence of glibc.
LGPL = ("/usr/share/common-licenses/LGPL-2.1", "/usr/share/licenses/glibc/COPYING.LIB")


def crates(tree):
    """Name and version of each line of `cargo tree --prefix none`."""
    return {(name, version.removeprefix("v")) for name, version, *_ in (line.split() for line in tree.splitlines() if line)}


def beyond_crates(c_library):
    """What cargo does not know to be in the program, and the text that its licence asks for."""
    version = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    std = component("rust-std", version, "MIT OR Apache-2.0")
    parts = [(std, "Copyright The Rust Project Developers. Under the MIT licence or the Apache License 2.0: both texts are above.\n")]
    if c_library:
        text = next((path for path in map(pathlib.Path, LGPL) if path.exists()), None)
        if text is None:
            sys.exit(f"the licence of glibc, which is in a static binary, is in none of {', '.join(LGPL)}")
        told = (
            "The sources of glibc are at https://sourceware.org/glibc/. Built from its sources, the program can be linked with another version.\n\n"
        )
        parts.append((component(*c_library, "LGPL-2.1-or-later"), told + text.read_text()))
    return parts


def component(name, version, licence):
    reference = f"pkg:generic/{name}@{version}"
    return {
        "type": "library", "bom-ref": reference, "name": name, "version": version, "scope": "required",
        "licenses": [{"expression": licence}], "purl": reference,
    }


def corrected(bill, present, others):
    """The bill with exactly these crates and parts. It names no path of this machine, and not the crate of our name on crates.io."""
    program = bill["metadata"]["component"]
    old, new = program["bom-ref"], f"pkg:generic/avault@{program['version']}"
    program |= {"bom-ref": new, "name": "avault", "purl": new}
    # cargo-cyclonedx counts some optional dependencies that are off.
    kept = [part for part in bill["components"] if (part["name"], part["version"]) in present]
    bill["components"] = kept + others
    references = {part["bom-ref"] for part in bill["components"]} | {old}
    depends = []
    for entry in bill["dependencies"]:
        if entry["ref"] in references:
            entry["dependsOn"] = [on for on in entry.get("dependsOn", []) if on in references]
            if entry["ref"] == old:
                entry["ref"] = new
                entry["dependsOn"] += [part["bom-ref"] for part in others]
            depends.append(entry)
    bill["dependencies"] = depends + [{"ref": part["bom-ref"]} for part in others]
    return bill


def without_licence(licences, present):
    """The crates that no licence text names, and those whose text is empty."""
    named = set()
    for section in licences.split(RULE)[1:]:
        lines = [line for line in section.splitlines() if line.strip()]
        crates = list(itertools.takewhile(lambda line: re.fullmatch(r"  \S+ \S+(  \S+)?", line), lines[1:]))
        if len(lines) > 1 + len(crates):
            named |= {tuple(line.split()[:2]) for line in crates}
    return present - named


def main():
    bill_file, licences_file, tree_file = map(pathlib.Path, sys.argv[1:4])
    present = crates(tree_file.read_text())
    bill, licences = json.loads(bill_file.read_text()), licences_file.read_text()
    program = bill["metadata"]["component"]
    present.remove((program["name"], program["version"]))
    if missing := present - {(part["name"], part["version"]) for part in bill["components"]}:
        sys.exit(f"the bill of materials lacks {sorted(missing)}")
    if missing := without_licence(licences, present):
        sys.exit(f"there is no licence text for {sorted(missing)}")
    others = beyond_crates(sys.argv[4:])
    bill_file.write_text(json.dumps(corrected(bill, present, [part for part, _ in others]), indent=2) + "\n")
    for part, text in others:
        licences += f"\n{RULE}\n{part['licenses'][0]['expression']}, for\n  {part['name']} {part['version']}\n\n{text}"
    licences_file.write_text(licences)


if __name__ == "__main__":
    main()
