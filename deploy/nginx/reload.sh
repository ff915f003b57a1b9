#!/bin/sh
# Lets a running edge take its changed configuration or certificate, without a request failing:
#
#     deploy/nginx/reload.sh FOLDER
#
# An old worker closes the connections of HTTP/1.1 that are idle when it goes, and a request may just be on its way there.
# So for two seconds before, every answer ends its connection; HTTP/2 has a message for that, and needs no such care.
set -eu

folder=$(CDPATH='' cd -- "${1:?the folder that install.sh wrote}" && pwd)
nginx -t -q -p "$folder" -c nginx.conf -e stderr
master=$(cat "$folder/nginx.pid")

# The workers that take connections. One that is leaving says so in its title.
workers() {
    # shellcheck disable=SC2013 # words, not lines
    for process in $(cat "/proc/$master/task/$master/children"); do
        title=$(tr '\0' ' ' <"/proc/$process/cmdline" 2>/dev/null | sed 's/ *$//') || continue
        [ "$title" != 'nginx: worker process' ] || printf '%s ' "$process"
    done
}

before=$(workers)
trap 'rm -f "$folder/closing"' EXIT
: >"$folder/closing"
sleep 2
kill -HUP "$master"
# The old ones still take connections for a moment after the new ones have begun.
tries=0
while :; do
    now=$(workers)
    old=0
    for worker in $before; do case " $now" in *" $worker "*) old=1 ;; esac; done
    [ -z "$now" ] || [ "$old" = 1 ] || break
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || {
        echo "reload.sh: nginx has not renewed its workers: its log says why" >&2
        exit 1
    }
    sleep 0.1
done
