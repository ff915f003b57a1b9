#!/bin/sh
# Makes the cluster's passwords and the first signing key, as far as they are missing, and hands each process its own:
# every folder under /secrets is a volume that only that process sees. `store` holds them all, for this job alone.
set -eu
umask 077
cd /secrets

user=10001:10001

# The rest of the line is a command that prints what the file shall hold. A file is there whole or not at all.
store() { # file command…
    [ ! -s "$1" ] || return 0
    file=$1
    shift
    "$@" > "$file.new"
    mv "$file.new" "$file"
}

# For a program of another image, under whatever user that runs it: nobody else sees the volume.
give() { # file < content
    cat > "$1.new"
    chmod 0444 "$1.new"
    mv "$1.new" "$1"
}

# For one of our own programs.
give_own() { # file < content
    cat > "$1.new"
    chmod 0400 "$1.new"
    chown "$user" "$1.new"
    mv "$1.new" "$1"
}

password() { cat "store/$1.password"; }

# The file that CONFIG_FILE names: settings REDIS_PASSWORD, POSTGRES_PASSWORD, CONSISTENCY_KEY and MFA_KEY.
redis_settings() { printf '"redis": {"password": "%s"}' "$(password redis)"; }
consistency_settings() { printf '"consistency": {"key": "%s"}' "$(password consistency)"; }
mfa_settings() { printf '"mfa": {"key": "%s"}' "$(password mfa)"; }
postgres_settings() { printf '"postgres": {"password": "%s"}' "$(password "$1")"; }

for name in postgres cryptodesk_owner cryptodesk_auth cryptodesk_strategies cryptodesk_replication redis consistency mfa grafana; do
    store "store/$name.password" openssl rand -hex 32
done
store store/0001.pem openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048

for name in postgres cryptodesk_owner cryptodesk_auth cryptodesk_strategies cryptodesk_replication; do
    password "$name" | give "postgres/$name.password"
done
password redis | give redis/redis.password
password grafana | give grafana/grafana.password
printf 'requirepass %s\n' "$(password redis)" | give redis/redis.conf

printf '{%s}\n' "$(redis_settings)" | give_own gateway/settings.json
printf '{%s, %s, %s, %s}\n' "$(redis_settings)" "$(consistency_settings)" "$(mfa_settings)" "$(postgres_settings cryptodesk_auth)" | give_own auth/settings.json
printf '{%s, %s, %s}\n' "$(redis_settings)" "$(consistency_settings)" "$(postgres_settings cryptodesk_strategies)" | give_own strategies/settings.json
printf '{%s}\n' "$(postgres_settings cryptodesk_owner)" | give_own migrate/settings.json
printf '{%s}\n' "$(postgres_settings postgres)" | give_own seed/settings.json
# The first one only: more are made by `desk keys rotate`, as the account that reads them.
[ -n "$(ls signing-keys)" ] || give_own signing-keys/0001.pem < store/0001.pem
chown "$user" signing-keys
