#!/bin/sh
# Makes .venv: the dependencies of requirements.lock, each checked by its hash, and the project itself.
# Does nothing where the lock, pyproject.toml and the place are those of the last complete run.
set -eu
# A stripped environment must not hide the system's own tools.
PATH="${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
export PATH
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

python=.venv/bin/python
stamp=.venv/complete
# The process that makes .venv. Left behind by an interrupted run, whose work is not to be trusted.
begun=.venv/incomplete
# The place belongs to it: an editable install names its directory.
wanted="$(pwd) $(cksum .ci/requirements.lock) $(cksum pyproject.toml)"

say() { printf '%s\n' "$*" >&2; }

suits() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if suits "$candidate"; then
            command -v "$candidate"
            return
        elif [ "$candidate" = "${PYTHON:-}" ]; then
            break
        fi
    done
    say "No usable Python${PYTHON:+ at $PYTHON}: this needs 3.11 to 3.14 with its venv module."
    say "On Debian and Ubuntu: apt install python3-venv. Another interpreter: make PYTHON=/path/to/python3"
    return 1
}

wait_for_another_run() {
    waited=0
    while [ -f "$begun" ] && kill -0 "$(cat "$begun")" 2>/dev/null && [ "$waited" -lt 300 ]; do
        [ "$waited" -gt 0 ] || say "Process $(cat "$begun") is already making .venv; waiting for it ..."
        sleep 1
        waited=$((waited + 1))
    done
}

wait_for_another_run
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$python" -c '' 2>/dev/null; then
    exit 0
fi
rm -f "$stamp"

if [ -f "$begun" ] || ! suits "$python" || ! "$python" -m pip --version >/dev/null 2>&1; then
    base="$(find_python)"
    say "Making .venv with $base ($("$base" --version 2>&1)) ..."
    rm -rf .venv
    mkdir .venv
    echo $$ >"$begun"
    "$base" -m venv .venv
fi

echo $$ >"$begun"
say "Installing the pinned dependencies; the first time takes a minute or a few ..."
# Wheels only: nobody should need a compiler, and a missing wheel should say so at once.
"$python" -m pip install --require-hashes --only-binary :all: -r .ci/requirements.lock
say "Installing the project ..."
"$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
# Once for the machine, or every worker's first start would compile them. Where it fails they run uncompiled.
say "Compiling the inner loops ..."
"$python" -c 'from dedupe.wiring import INGEST_QUEUE, warm_libraries; warm_libraries({INGEST_QUEUE})' || say "Not compiled; everything works, more slowly."
rm -f "$begun"
printf '%s\n' "$wanted" >"$stamp"
say "Ready."
