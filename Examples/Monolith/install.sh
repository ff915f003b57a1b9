#!/bin/sh
# Installs what the monolith needs (requirements.txt, from PyPI) into a virtual environment, unless it is there.
#
#   Examples/Monolith/install.sh [FOLDER]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:-$here/../../.build/monolith}
if ! cmp -s "$here/requirements.txt" "$folder/installed.txt"; then
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$folder/installed.txt"
fi
echo "$folder"
