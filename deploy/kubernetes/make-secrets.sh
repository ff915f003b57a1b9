#!/bin/sh
# Prints the secrets that the processes refer to, with new passwords and a new signing key, as one file for kubectl:
#
#     deploy/kubernetes/make-secrets.sh | kubectl create -f -      # fails where there are some, rather than change them
#
# Or seal them, or let an operator fetch them from a vault; the names and keys are what counts.
set -eu

namespace=${1:-cryptodesk}

# Each key is the name of a file where the secret is mounted.
secret() { # name type key=value…
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: { name: %s, namespace: %s }\ntype: %s\ndata:\n' "$1" "$namespace" "$2"
    shift 2
    for pair; do printf '  %s: %s\n' "${pair%%=*}" "$(printf '%s' "${pair#*=}" | base64 | tr -d '\n')"; done
}
password() { openssl rand -hex 32; }

redis=$(password)
consistency=$(password)
mfa=$(password)
owner=$(password)
auth=$(password)
strategies=$(password)

redis_settings="\"redis\": {\"password\": \"$redis\"}"
consistency_settings="\"consistency\": {\"key\": \"$consistency\"}"
mfa_settings="\"mfa\": {\"key\": \"$mfa\"}"
settings() { # password of PostgreSQL, further settings
    printf '{%s, %s, "postgres": {"password": "%s"}%s}' "$redis_settings" "$consistency_settings" "$1" "${2:+, $2}"
}

secret redis-password Opaque "redis.password=$redis"
secret postgres-owner kubernetes.io/basic-auth username=cryptodesk_owner "password=$owner"
secret postgres-auth kubernetes.io/basic-auth username=cryptodesk_auth "password=$auth"
secret postgres-strategies kubernetes.io/basic-auth username=cryptodesk_strategies "password=$strategies"
secret gateway-settings Opaque "settings.json={$redis_settings}"
secret auth-settings Opaque "settings.json=$(settings "$auth" "$mfa_settings")"
secret strategies-settings Opaque "settings.json=$(settings "$strategies")"
secret migrate-settings Opaque "settings.json={\"postgres\": {\"password\": \"$owner\"}}"
secret signing-keys Opaque "0001.pem=$(openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null ||
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null)"
