#!/usr/bin/env bash
# Make .venv with the pinned packages: venv.sh REQUIREMENTS...
# Works on a fresh Debian, Ubuntu or macOS with Python 3.11 or newer; says what is missing otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3.14 python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  say "Wardlight needs Python 3.11 or newer; found: $(python3 --version 2>/dev/null || echo none)."
  say "Install one (Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv; macOS: brew install python@3.13),"
  say "or name one: make run PYTHON=/path/to/python3.13"
  exit 1
}

need_venv_module() {
  "$1" -c 'import venv, ensurepip' 2>/dev/null && return
  local package
  package="$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing $package ..."
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >&2 ||
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2
  else
    say "This Python cannot make virtual environments. As root: apt-get install $package (or python3-venv)"
    exit 1
  fi
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  python="$(find_python)"
  need_venv_module "$python"
  say "Making .venv with $("$python" --version) ..."
  rm -rf .venv
  "$python" -m venv .venv
fi

arguments=()
for file in "$@"; do arguments+=(-r "$file"); done
say "Installing the pinned packages of $* ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check "${arguments[@]}"
