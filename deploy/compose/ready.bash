#!/bin/bash
# Asks the process of this container, on its private port, whether it can serve. The image has bash, and no curl.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${ADMIN_PORT:?}"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
