#!/bin/sh
# Writes the configuration of a production edge into a folder, for nginx 1.22 or later, with Python 3, on a machine
# of its own:
#
#     NGINX_SERVER_NAME=desk.example NGINX_CERTIFICATE=/etc/…/fullchain.pem NGINX_CERTIFICATE_KEY=/etc/…/key.pem \
#         NGINX_GATEWAYS='10.0.0.11:8101 10.0.0.12:8101' deploy/nginx/install.sh /etc/cryptodesk/nginx
#     nginx -p /etc/cryptodesk/nginx -c nginx.conf -e stderr
#
# The image has the same settings (deploy/compose/Dockerfile). After a change, or with a new certificate: reload.sh FOLDER.
set -eu

[ $# -eq 1 ] || {
    echo "Usage: $0 FOLDER" >&2
    exit 2
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd)

: "${NGINX_SERVER_NAME:?the name that clients ask for, such as desk.example}"
: "${NGINX_CERTIFICATE:?the file with the certificate and those of its issuers}"
: "${NGINX_CERTIFICATE_KEY:?the file with its private key}"
: "${NGINX_GATEWAYS:?host:port of each gateway, separated by blanks}"

# The form in which HTTP/2 is asked for has changed with 1.25.1.
version=$(nginx -v 2>&1 | sed -n 's/.*nginx\/\([0-9]*\)\.\([0-9]*\)\.\([0-9]*\).*/\1 \2 \3/p')
is_new=$(echo "$version" | awk '{ print ($1 * 1000000 + $2 * 1000 + $3 >= 1025001) ? 1 : 0 }')
resolver=$(awk '/^nameserver/ { print ($2 ~ /:/) ? "[" $2 "]" : $2; exit }' /etc/resolv.conf 2>/dev/null || :)

setting() { # name default
    eval "value=\${$1:-\$2}"
    # shellcheck disable=SC2016,SC2154 # the name stays as it is; eval sets the value
    printf 's|${%s}|%s|g\n' "$1" "$(printf %s "$value" | sed 's/[\\&|]/\\&/g')"
}

listen=${NGINX_TLS_LISTEN:-443}
if [ "$is_new" = 1 ]; then http2='http2 on;'; else http2='' && listen_options=' http2'; fi
NGINX_TLS_LISTEN="$listen ssl${listen_options:-}"
NGINX_HTTP2=${NGINX_HTTP2:-$http2}

script=$(mktemp)
trap 'rm -f "$script"' EXIT
{
    setting NGINX_SERVER_NAME ''
    setting NGINX_CERTIFICATE ''
    setting NGINX_CERTIFICATE_KEY ''
    setting NGINX_CERTIFICATE_ISSUERS "$NGINX_CERTIFICATE"
    setting NGINX_LISTEN 80
    setting NGINX_TLS_LISTEN ''
    setting NGINX_HTTP2 ''
    setting NGINX_RESOLVER "${resolver:-127.0.0.1}"
    setting NGINX_TRUSTED_PROXIES ''
    setting NGINX_REQUEST_RATE 200r/s
    setting NGINX_REQUEST_BURST 400
    setting NGINX_CLIENT_CONNECTIONS 256
    setting NGINX_WORKERS auto
    setting NGINX_PID "$folder/nginx.pid"
    setting NGINX_ACCESS_LOG "$folder/access.log"
    setting NGINX_TEMPORARY "$folder/temporary"
    setting NGINX_ACME_FOLDER "$folder/acme"
    setting WEB_FOLDER "$folder/web"
    setting DOCUMENTATION_FOLDER "$folder/documentation"
} >"$script"

mkdir -p "$folder/temporary" "$folder/acme"
python3 "$here/../dashboard/publish.py" "$folder/web"
cp "$here"/*.conf "$folder/"
sed -f "$script" "$here/nginx-tls.conf.template" >"$folder/nginx.conf"

# The same choices as the local cluster's.
{
    printf 'upstream gateways {\n    zone gateways 64k;\n'
    for gateway in $NGINX_GATEWAYS; do printf '    server %s max_fails=1 fail_timeout=1s;\n' "$gateway"; done
    printf '    keepalive 64;\n    keepalive_requests 100000;\n    keepalive_timeout 20s;\n}\n'
} >"$folder/upstreams.conf"
cat >"$folder/gateways.conf" <<CHOICE
set \$cryptodesk_gateways gateways;
set \$cryptodesk_closes "";
# See reload.sh.
if (-f "$folder/closing") {
    set \$cryptodesk_closes 1;
}
CHOICE

nginx -t -q -p "$folder" -c nginx.conf -e stderr
