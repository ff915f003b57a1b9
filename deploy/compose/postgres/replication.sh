#!/bin/bash
# Lets replicas in. The image runs this once, when it has made its data folder.
set -euo pipefail
echo 'host replication cryptodesk_replication samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"
for slot in postgres_1 postgres_2; do
    [ "$slot" = "${NAME//-/_}" ] ||
        psql --no-psqlrc --username postgres --command "select pg_create_physical_replication_slot('$slot')"
done
