#!/bin/sh
# Installs the Autobahn test suite (autobahntestsuite from PyPI), which runs under Python 2.7 only, into a folder of its
# own; `./desk test --slow` runs it when it is there.
#
#   Tests/Autobahn/install.sh [FOLDER]
set -eu

folder=${1:-${AUTOBAHN_FOLDER:-${HOME:-/root}/.cache/cryptodesk/autobahn}}
for python in "${PYTHON27:-}" python2.7 "${HOME:-/root}"/.pyenv/versions/2.7*/bin/python2.7; do
    "${python:-false}" -m pip --version >/dev/null 2>&1 || continue
    "$python" -m pip install --disable-pip-version-check --no-warn-conflicts --target "$folder/lib" autobahntestsuite
    printf '%s\n' "$(command -v "$python")" >"$folder/python"
    echo "The Autobahn test suite is in $folder."
    exit
done
echo 'install.sh: no Python 2.7 with pip was found; pyenv install 2.7.18 makes one' >&2
exit 1
