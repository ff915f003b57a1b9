#!/bin/sh
# Patroni's callback for a change of role: a server that was promoted begins an epoch, so that services take none that was
# the primary before for it.
#
#     begin-epoch.sh SOCKETS PORT PASSWORDS ACTION ROLE CLUSTER
set -eu

export PGHOST="$1" PGPORT="$2" PGPASSFILE="$3" PGUSER=postgres PGDATABASE=cryptodesk PGCONNECT_TIMEOUT=2
case $5 in master | primary) ;; *) exit 0 ;; esac

statement="INSERT INTO primary_epochs (epoch, server)
    SELECT max(epoch) + 1, current_setting('cluster_name') FROM primary_epochs HAVING max(epoch) IS NOT NULL"
tries=0
# It may be a moment until the server takes writes.
until psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "$statement"; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || exit 1
    sleep 0.2
done
