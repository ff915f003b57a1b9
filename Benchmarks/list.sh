#!/bin/sh
# Measures the authenticated list of ten strategies, for many users, through whatever answers at the base URL.
#
#   Benchmarks/list.sh [BASE_URL] [USERS] [SECONDS] [CONNECTIONS]
#
# It registers the users through the API, gives each ten strategies, warms up, and then lets wrk read the lists. Only
# for a cluster of your own: it writes users that stay there.
set -eu

base=${1:-http://localhost:8080}
users=${2:-100}
seconds=${3:-20}
connections=${4:-64}
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tokens=$(mktemp)
trap 'rm -f "$tokens"' EXIT

command -v wrk >/dev/null || {
    echo "list.sh: wrk is not installed: apt-get install wrk" >&2
    exit 1
}

# One user: prints an access token.
prepare() {
    email="bench-$$-$1@example.com"
    curl -sf "$base/api/v1/auth/register" -H 'Content-Type: application/json' -o /dev/null \
        -d "{\"email\":\"$email\",\"password\":\"Bench-Password-1\",\"full_name\":\"Bench\"}"
    token=$(curl -sf "$base/api/v1/auth/login" -d "username=$email&password=Bench-Password-1" |
        sed 's/.*"access_token":"\([^"]*\)".*/\1/')
    strategy=1
    while [ "$strategy" -le 10 ]; do
        curl -sf "$base/api/v1/strategies" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
            -o /dev/null -d "{\"strategy_name\":\"Strategy $strategy\",\"description\":\"Follows a trend.\",\"parameters\":{\"symbol\":\"BTC-USD\",\"window\":20,\"risk\":0.01}}"
        strategy=$((strategy + 1))
    done
    echo "$token"
}

echo "preparing $users users with ten strategies each …"
user=1
while [ "$user" -le "$users" ]; do
    prepare "$user" >>"$tokens"
    user=$((user + 1))
done

export TOKENS_FILE="$tokens"
wrk -t1 -c"$connections" -d3 -s "$folder/list.lua" "$base/api/v1/strategies" >/dev/null
wrk -t1 -c"$connections" -d"$seconds" --latency -s "$folder/list.lua" "$base/api/v1/strategies"
