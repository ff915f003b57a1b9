#!/bin/bash
# Starts a PostgreSQL server: as the primary, or, where PRIMARY names one, as a replica, which first copies the primary
# into its empty volume. NAME is the server's own name, by which the services know it.
set -euo pipefail

role=cryptodesk_replication
passfile=/var/run/postgresql/replication.pgpass
(umask 077 && printf '*:*:*:%s:%s\n' "$role" "$(cat "/run/secrets/$role.password")" > "$passfile")
chown postgres: "$passfile"

# Of the server that takes the role of the primary after a promotion nothing but the names here has to be changed.
following=()
if [ -n "${PRIMARY:-}" ]; then
    slot=${NAME//-/_}
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        # A copy that was cut off must not be taken for a whole one: only what is complete gets the name.
        until rm -rf "$PGDATA.new" && PGPASSFILE=$passfile gosu postgres pg_basebackup --pgdata "$PGDATA.new" \
            --host "$PRIMARY" --username "$role" --no-password --wal-method stream --checkpoint fast --slot "$slot"; do
            sleep 1
        done
        gosu postgres touch "$PGDATA.new/standby.signal"
        mv -T "$PGDATA.new" "$PGDATA"
    fi
    following=(
        "-cprimary_conninfo=host=$PRIMARY user=$role passfile=$passfile application_name=$NAME connect_timeout=2"
        "-cprimary_slot_name=$slot"
    )
fi

exec docker-entrypoint.sh "$@" "-ccluster_name=$NAME" "${following[@]}"
