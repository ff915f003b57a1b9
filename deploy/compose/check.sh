#!/bin/sh
# Checks the compose file against the schema of the compose specification, with check-jsonschema from PyPI.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
environment=${TMPDIR:-/tmp}/cryptodesk-check-jsonschema
[ -x "$environment/bin/check-jsonschema" ] || {
    python3 -m venv "$environment"
    "$environment/bin/pip" --quiet --disable-pip-version-check install check-jsonschema==0.39.0
}
"$environment/bin/check-jsonschema" --builtin-schema vendor.compose-spec "$here/compose.yaml"
