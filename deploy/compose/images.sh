#!/bin/sh
# Builds the images, and says how much each adds to its base. Status 1 when one adds more than 80 MB.
#
#     images.sh [--tool docker|podman|buildah] [--build-arg NAME=VALUE]... [IMAGE...]
#
# IMAGE is gateway, auth, strategies, desk or nginx; all without any. Without --tool the first of docker, podman and buildah that
# is there, and reaches its engine, is used. What an engine needs besides goes by its own variables, such as BUILDAH_ISOLATION and
# STORAGE_DRIVER. Bases are SWIFT_IMAGE, RUNTIME_IMAGE and NGINX_IMAGE (--build-arg), by digest for images that can be made again.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
file=$root/deploy/compose/Dockerfile
limit=80

die() {
    printf 'images.sh: %s\n' "$*" >&2
    exit 1
}

tool=
runtime=$(sed -n 's/^ARG RUNTIME_IMAGE=//p' "$file")
edge=$(sed -n 's/^ARG NGINX_IMAGE=//p' "$file")
images=
arguments=
while [ $# -gt 0 ]; do
    case $1 in
        --tool | --build-arg)
            [ $# -gt 1 ] || die "$1 takes a value"
            case "$1 $2" in
                '--tool docker' | '--tool podman' | '--tool buildah') tool=$2 ;;
                --tool\ *) die "there is no tool $2: docker, podman or buildah" ;;
                *[!A-Za-z0-9_.:/@=\ -]*) die "a build argument has no other characters than those of a name: $2" ;;
                --build-arg\ RUNTIME_IMAGE=*) runtime=${2#*=} arguments="$arguments --build-arg $2" ;;
                --build-arg\ NGINX_IMAGE=*) edge=${2#*=} arguments="$arguments --build-arg $2" ;;
                *) arguments="$arguments --build-arg $2" ;;
            esac
            shift 2
            ;;
        gateway | auth | strategies | desk | nginx)
            images="$images $1"
            shift
            ;;
        *) die "there is no image $1: gateway, auth, strategies, desk, nginx" ;;
    esac
done
[ -n "$images" ] || images='gateway auth strategies desk nginx'

works() { command -v "$1" >/dev/null && "$1" info >/dev/null 2>&1; }
for name in docker podman buildah; do
    [ -n "$tool" ] || ! works "$name" || tool=$name
done
[ -n "$tool" ] || die "neither docker nor podman nor buildah works here: install one, such as apt-get install buildah"

# In bytes.
size() {
    case $tool in
        buildah) buildah images --json "$1" | python3 -c '
import json, re, sys
number, unit = re.match(r"([0-9.]+) *([KMG]?B)", json.load(sys.stdin)[0]["size"]).groups()
print(round(float(number) * {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}[unit]))' ;;
        *) "$tool" image inspect --format '{{.Size}}' "$1" ;;
    esac
}

failed=0
for image in $images; do
    # shellcheck disable=SC2086 # one word an argument: they were looked at above
    case $tool in
        buildah) buildah build --layers $arguments --file "$file" --target "$image" --tag "cryptodesk/$image" "$root" ;;
        *) "$tool" build $arguments --file "$file" --target "$image" --tag "cryptodesk/$image" "$root" ;;
    esac
    base=$runtime
    [ "$image" != nginx ] || base=$edge
    added=$((($(size "cryptodesk/$image") - $(size "$base")) / 1000000))
    echo "cryptodesk/$image: $added MB over $base"
    [ "$added" -le "$limit" ] || {
        failed=1
        echo "cryptodesk/$image: more than $limit MB" >&2
    }
done
exit "$failed"
