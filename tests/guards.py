#!/usr/bin/env python3
"""Takes each guard of tests/guards.toml out, once, and expects the test that it names to fail.

    python3 tests/guards.py             every guard; exit 1 if one survives
    python3 tests/guards.py NAME...     these only
    python3 tests/guards.py --times 3   each kill three times, so that none is luck
    python3 tests/guards.py --by TEST   which of them another test would hold, such as the random histories

It never touches the checkout: a copy is made in target/guards, in which every guard has a switch, so that all of
them need one build. Without a switch the tests must pass there, with one the guard's own test must fail. Needs
Python 3.11 and what the tests need.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "guards"
TREE = PLACE / "tree"
BUILD = PLACE / "build"
# A test that takes longer hangs; that is no kill.
PATIENCE = 300

SWITCH = """
/// Whether this guard is taken out.
#[must_use]
pub fn without(guard: &str) -> bool {
    static OUT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    OUT.get_or_init(|| std::env::var("BATON_WITHOUT").ok()).as_deref() == Some(guard)
}
"""


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--times", type=int, default=1, metavar="N")
    asked.add_argument("--by", metavar="TEST")
    asked = asked.parse_args()
    guards = tomllib.loads((ROOT / "tests/guards.toml").read_text())["guard"]
    chosen = [guard for guard in guards if not asked.names or guard["name"] in asked.names]
    unknown = set(asked.names) - {guard["name"] for guard in guards}
    if unknown or not chosen:
        sys.exit(f"no such guard: {', '.join(sorted(unknown))}")
    write(with_switches(checkout(), guards))
    if asked.by:
        chosen = [{**guard, "test": asked.by} for guard in chosen]
    tests = build_and_find({guard["test"] for guard in chosen})
    environment = database() if any(binary.name.startswith("it-") for binary, _ in tests.values()) else {}
    try:
        survivors = untouched(tests, environment) or rounds(chosen, tests, asked.times, environment)
    finally:
        if environment:
            subprocess.run(["sh", "tests/postgres.sh", "stop"], cwd=TREE, check=False, stderr=subprocess.DEVNULL)
    sys.exit(1 if survivors else 0)


def checkout():
    """Every file of the checkout as it is, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    names = [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]
    return {name: (ROOT / name).read_bytes() for name in names}


def with_switches(files, guards):
    """The same files, with a switch for each guard."""
    spans = {}
    for guard in guards:
        for edit in [guard, *guard.get("beside", [])]:
            text, around = files[edit["file"]].decode(), edit.get("after", "") + edit["old"]
            if text.count(around) != 1:
                sys.exit(f"{guard['name']}: {edit['file']} has it {text.count(around)} times and not once")
            end = text.index(around) + len(around)
            spans.setdefault(edit["file"], {}).setdefault((end - len(edit["old"]), end), []).append((guard, edit))
    files = dict(files)
    for name, places in spans.items():
        text = files[name].decode()
        for (begin, end), edits in sorted(places.items(), reverse=True):
            text = text[:begin] + switched(text[begin:end], edits) + text[end:]
        files[name] = text.encode()
    files["src/lib.rs"] += SWITCH.encode()
    return files


def write(files):
    """Writes the copy; what has not changed keeps its time, so that little is built anew."""
    for name, content in files.items():
        path = TREE / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod((ROOT / name).stat().st_mode)
    for path in TREE.rglob("*"):
        if path.is_file() and str(path.relative_to(TREE)) not in files:
            path.unlink()


def switched(old, edits):
    """An expression stays one, and so does a statement."""
    statement = old.endswith((";", "}"))
    text = old
    for guard, edit in edits:
        text = f'if crate::without("{guard["name"]}") {{ {edit["new"]} }} else {{ {text} }}'
    return text if statement else f"({text})"


def build_and_find(names):
    """Builds what holds the tests; where each of them is, and what it is called there."""
    head_start()
    in_lib = {name for name in names if is_in_lib(name)}
    what = (["--lib"] if in_lib else []) + (["--test", "it"] if names - in_lib else [])
    print(f"building {' '.join(what)} with a switch for each guard", file=sys.stderr, flush=True)
    command = ["cargo", "test", "--locked", "--no-run", "--message-format=json", *what]
    built = subprocess.run(
        command, cwd=TREE, env={**os.environ, "CARGO_TARGET_DIR": str(BUILD)}, stdout=subprocess.PIPE, check=False
    )
    said = [json.loads(line) for line in built.stdout.decode().splitlines()]
    if built.returncode:
        messages = [one["message"] for one in said if one["reason"] == "compiler-message"]
        print(*[one["rendered"] for one in messages if one["level"] == "error"], file=sys.stderr)
        sys.exit("the copy does not compile")
    found = {}
    for binary in [one["executable"] for one in said if one.get("executable") and one["profile"]["test"]]:
        listed = subprocess.run([binary, "--list", "--format", "terse"], check=True, capture_output=True, text=True)
        for path in re.findall(r"^(\S+): test$", listed.stdout, re.M):
            name = path.rsplit("::", 1)[-1]
            if name in names:
                found.setdefault(name, []).append((pathlib.Path(binary), path))
    for name in names:
        if len(found.get(name, [])) != 1:
            sys.exit(f"there are {len(found.get(name, []))} tests of the name {name}")
    return {name: places[0] for name, places in found.items()}


def is_in_lib(name):
    return any(f"fn {name}(" in path.read_text() for path in (ROOT / "src").rglob("*.rs"))


def head_start():
    """The libraries that the checkout has built already serve here too."""
    debug = ROOT / "target" / "debug"
    if BUILD.exists() or not debug.exists():
        return
    for kind in ["deps", "build", ".fingerprint"]:
        for path in (debug / kind).rglob("*"):
            inside = path.relative_to(debug)
            if path.is_file() and not re.match(r"(lib)?(baton|it|load|deadlines|accounts)-", inside.parts[1]):
                (BUILD / "debug" / inside).parent.mkdir(parents=True, exist_ok=True)
                os.link(path, BUILD / "debug" / inside)


def database():
    """A PostgreSQL of the copy's own: what failed leaves its databases behind."""
    told = subprocess.run(["sh", "tests/postgres.sh"], cwd=TREE, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict([re.match(r"export (\w+)='(.*)'", told).groups()])


def untouched(tests, environment):
    """Runs every test with all guards in their place; those that fail prove nothing."""
    failed = [name for name in sorted(tests) if run(tests[name], None, environment) != "passed"]
    for name in failed:
        print(f"{name} fails although no guard is taken out")
    return failed


def rounds(guards, tests, times, environment):
    survivors = []
    for guard in guards:
        began = time.monotonic()
        outcomes = {run(tests[guard["test"]], guard["name"], environment) for _ in range(times)}
        verdict = "killed" if outcomes == {"failed"} else "SURVIVED" if "passed" in outcomes else "HANGS"
        if verdict != "killed":
            survivors.append(guard["name"])
        seconds = (time.monotonic() - began) / times
        print(f"{verdict:9}{seconds:6.1f} s  {guard['name']}: {guard['test']}", flush=True)
    print(f"{len(guards) - len(survivors)} of {len(guards)} guards are held by their tests")
    return survivors


def run(test, without, environment):
    binary, path = test
    environment = {**os.environ, "INSTA_UPDATE": "no", "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1", **environment}
    environment.pop("BATON_WITHOUT", None)
    if without:
        environment["BATON_WITHOUT"] = without
    try:
        ended = subprocess.run(
            [binary, "--exact", path], cwd=TREE, env=environment, timeout=PATIENCE, check=False, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    return "failed" if ended.returncode else "passed"


if __name__ == "__main__":
    main()
