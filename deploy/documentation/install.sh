#!/bin/sh
# Fetches Swagger UI and ReDoc, which /docs and /redoc show the API with, out of one wheel whose hash requirements.txt has.
# `./desk` runs it at set-up; what is there already is left alone.
#
#   deploy/documentation/install.sh [FOLDER]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=${1:-$here/../../.build/documentation}
requirements=$here/requirements.txt
! cmp -s "$requirements" "$folder/requirements.txt" || exit 0

work=$(mktemp -d "${TMPDIR:-/tmp}/cryptodesk-documentation.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/python"
"$work/python/bin/pip" --quiet --disable-pip-version-check --retries 1 --timeout 15 download \
    --no-deps --only-binary :all: --require-hashes --requirement "$requirements" --dest "$work/wheels"
python3 -m zipfile --extract "$work"/wheels/*.whl "$work/wheel"
static=$work/wheel/drf_spectacular_sidecar/static/drf_spectacular_sidecar

mkdir -p "$work/pages/docs" "$work/pages/redoc"
for name in swagger-ui-bundle.js swagger-ui.css favicon-32x32.png LICENSE; do
    cp "$static/swagger-ui-dist/$name" "$work/pages/docs/$name"
done
# ReDoc shows its maker's logo from the maker's host, and nothing where that does not load.
sed 's#https://cdn\.redoc\.ly/redoc/logo-mini\.svg#data:,#g; /^\/\/# sourceMappingURL=/d' \
    "$static/redoc/bundles/redoc.standalone.js" >"$work/pages/redoc/redoc.standalone.js"
cp "$static/redoc/LICENSE" "$work/pages/redoc/LICENSE"
cp "$requirements" "$work/pages/requirements.txt"

rm -rf "$folder"
mkdir -p "$(dirname -- "$folder")"
mv "$work/pages" "$folder"
