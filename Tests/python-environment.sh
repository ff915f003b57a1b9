#!/bin/sh
# Makes the Python environment of some tests, out of wheels whose hashes their requirements.txt has. `./desk test` runs it; one
# that is there already is left alone.
#
#   Tests/python-environment.sh REQUIREMENTS FOLDER
set -eu

requirements=$1
folder=$2
! cmp -s "$requirements" "$folder/requirements.txt" || exit 0

rm -rf "$folder"
mkdir -p "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: --require-hashes --requirement "$requirements"
cp "$requirements" "$folder/requirements.txt"
