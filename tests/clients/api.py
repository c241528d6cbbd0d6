"""Lets schemathesis ask `baton serve` everything that its own description allows, and much that it does not."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

TOKEN = "schemathesis"
CONFIG = f"""
[server]
listen = "127.0.0.1:0"
[database]
url = "sqlite:baton.db"
[[api.token]]
name = "tester"
token = "{TOKEN}"
role = "admin"
[[rep]]
id = "selin"
name = "Selin Kaya"
email = "selin@example.com"
[[rep]]
id = "jonas"
name = "Jonas Weber"
email = "jonas@example.com"
role = "manager"
[[team]]
id = "sales"
members = ["selin"]
managers = ["jonas"]
[[source]]
id = "website"
format = "json"
verify = {{ scheme = "token", token = "t0ken" }}
type = "demo"
[[route]]
id = "all"
to = {{ team = "sales" }}
"""
# What is asked for has to be there, or all that would be seen is 404.
NAMES = """
[parameters]
"path.lead" = "1001"
"path.rep" = "selin"
"""


def serve(folder):
    pathlib.Path(folder, "baton.toml").write_text(CONFIG)
    pathlib.Path(folder, "schemathesis.toml").write_text(NAMES)
    command = [os.environ["BATON_BIN"], "serve", "--config", "baton.toml", "--log", "warn"]
    child = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    for line in child.stderr:
        if found := re.match(r"baton listening on (http:\S+)", line):
            return child, found[1]
    raise SystemExit("Baton did not start")


def bring_lead(url):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    body = b'{"email": "ada@example.com", "name": "Ada Lovelace", "company": "Analytical"}'
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/leads", body, headers)) as answer:
        assert b'"accepted"' in answer.read()


def ask(url, folder):
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [program, "run", f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {TOKEN}"]
    # Only Baton knows which reps, teams and sources there are, and that a currency needs a value: that all that fits
    # the description is accepted can't be asked for. That all that does not fit is refused, is.
    checks = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    bounds = ["--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "4711"]
    limits = ["--no-color", "--max-failures", "10", "--warnings", "off"]
    return subprocess.run([*command, *checks, *bounds, *limits], cwd=folder, check=False).returncode


with tempfile.TemporaryDirectory() as folder:
    child, url = serve(folder)
    try:
        bring_lead(url)
        code = ask(url, folder)
    finally:
        child.terminate()
        child.wait(timeout=15)
sys.exit(code)
