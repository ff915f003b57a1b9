#!/bin/sh
# PostgreSQL's restore_command: brings back what archive-wal.sh has kept, if its content is what its name says.
#
#     restore-wal.sh FOLDER NAME FILE
#
# Status 1 says that the archive has no such file, 126 that it is damaged, which ends the recovery.
set -eu
umask 077

folder=$1
name=$2
file=$3

set -- "$folder/$name"-*.gz
[ -e "$1" ] || exit 1

sum=${1%.gz}
sum=${sum##*-}
found=$({ gzip -dc "$1" || :; } | tee "$file" | sha256sum)
[ "${found%% *}" = "$sum" ] || {
    rm -f "$file"
    echo "restore-wal.sh: $1 is damaged: its content has the SHA-256 ${found%% *}" >&2
    exit 126
}
