#!/bin/sh
# Put what requirements.lock names into .venv, then saccade itself (editable).
#
# Decided: uv does the work, because it installs the whole stack in seconds and checks every hash. A machine
# without uv gets one in .venv/.uv, so nothing outside the checkout changes. Packages that somebody added to
# .venv by hand stay: install, not sync.
# Run through `make install`; PYTHON names the interpreter.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

fail() {
    echo "install: $*" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "Python 3.11 or later is needed, '$python' is not found: make install PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or later is needed, '$python' is $("$python" -V 2>&1): make install PYTHON=python3.12"

# --without-pip: Debian's Python has venv but may lack ensurepip.
[ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv ||
    fail "'$python' cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)"

bootstrap() {
    [ -x .venv/.uv/bin/uv ] && return
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv/.uv && .venv/.uv/bin/python -m pip install --quiet uv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip .venv/.uv && "$python" -m pip --python .venv/.uv/bin/python install --quiet uv
    else
        fail "neither uv, pip nor ensurepip is found: install uv, or pip (Debian: apt-get install python3-venv)"
    fi || fail "uv could not be installed from the package registry: see the message above"
}

if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then
    uv=uv
else
    bootstrap
    uv=.venv/.uv/bin/uv
fi

"$uv" pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
.venv/bin/python scripts/page.py || echo "install: the web page is missing; everything else works" >&2
SACCADE_PAGE=skip "$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
echo "install: .venv is ready, try .venv/bin/saccade --help"
