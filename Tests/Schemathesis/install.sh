#!/bin/sh
# Makes the Python environment of Schemathesis, out of wheels whose hashes requirements.txt has. `./desk test` runs it; one that
# is there already is left alone.
#
#   Tests/Schemathesis/install.sh [FOLDER]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=${1:-$here/../../.build/schemathesis}
requirements=$here/requirements.txt
! cmp -s "$requirements" "$folder/requirements.txt" || exit 0

rm -rf "$folder"
mkdir -p "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: --require-hashes --requirement "$requirements"
cp "$requirements" "$folder/requirements.txt"
