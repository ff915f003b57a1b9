#!/bin/sh
# PostgreSQL's archive_command: keeps a WAL file compressed, under its name and the SHA-256 of its content.
#
#     archive-wal.sh FILE NAME FOLDER
#
# The primary and its standbys may bring the same file: it is kept once. One of the same name and other content is refused.
set -eu
umask 077

file=$1
name=$2
folder=$3

sum=$(sha256sum <"$file")
sum=${sum%% *}
kept=$folder/$name-$sum.gz
for other in "$folder/$name"-*.gz; do
    [ "$other" != "$kept" ] || exit 0
    [ ! -e "$other" ] || {
        echo "archive-wal.sh: $folder has another $name already" >&2
        exit 1
    }
done

draft=$folder/.$name.$$
trap 'rm -f "$draft"' EXIT
gzip -1 <"$file" >"$draft"
sync "$draft"
mv "$draft" "$kept"
sync "$folder"
