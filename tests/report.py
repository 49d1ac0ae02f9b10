"""Lists which tests ran, suite by suite, from nextest's report or the output of `cargo test`. Never decides what runs.

usage: report.py REPORT SUITES COUNTS

REPORT is a JUnit file (`.xml`) or a log of `cargo test`; SUITES is the source file whose `mod` lines name the required suites;
the script writes passed and failed to COUNTS. A suite without any test counts as failed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def from_junit(path):
    for group in ElementTree.parse(path).getroot():
        for case in group:
            failed = case.find("failure") is not None or case.find("error") is not None
            yield group.get("name"), case.get("name"), not failed


def from_log(path):
    target = None
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            running = re.match(r"\s+Running (?:unittests )?(\S+)", line)
            if running:
                target = "vault::suite" if running[1].startswith("tests/") else "vault"
            done = re.match(r"test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)", line)
            if done and target:
                yield target, done[1], done[2] == "ok"


def main(report, suites_file, counts):
    with open(suites_file, encoding="utf-8") as source:
        suites = {name: [] for name in re.findall(r"^mod (\w+);", source.read(), re.MULTILINE) if name != "support"}
    suites = {"src": [], **suites}
    failures = []
    for target, name, passed in from_junit(report) if report.endswith(".xml") else from_log(report):
        suite = name.split("::")[0] if target == "vault::suite" else "src"
        suites.setdefault(suite, []).append(name)
        if not passed:
            failures.append(f"{suite}: {name}")
    failed = len(failures)
    print(f"{'suite':<14} {'ran':>5}  last")
    for suite, ran in suites.items():
        print(f"{suite:<14} {len(ran):>5}  {ran[-1] if ran else 'NOTHING RAN, and it could have'}")
        if not ran:
            failures.append(f"{suite}: nothing ran")
    for failure in failures:
        print(f"FAILED {failure}")
    with open(counts, "w", encoding="utf-8") as file:
        file.write(f"{sum(map(len, suites.values())) - failed} {len(failures)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
