#!/bin/sh
# Installs what the FastAPI peer needs (requirements.txt, from PyPI) into a virtual environment, unless it is there.
#
#   Benchmarks/peers/fastapi/install.sh [FOLDER]
set -eu

folder=${1:-${HOME:-/root}/.cache/cryptodesk/fastapi}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if ! cmp -s "$here/requirements.txt" "$folder/installed.txt"; then
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$folder/installed.txt"
fi
echo "$folder"
