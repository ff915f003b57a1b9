#!/bin/sh
# Checks what is no Swift: shell scripts, the dashboard's types, Dockerfile, workflows, compose files, Kubernetes manifests, the
# edge's nginx, alert rules and Grafana's dashboards, with tools of fixed versions from PyPI (checks.txt), and then tries the
# edge for real.
#
#     deploy/check.sh            about half a minute; the tools are installed once, into a folder of their own
#     deploy/check.sh --slow     and the Kubernetes manifests against checkov's rules
#
# Python 3.11 with venv, nginx, openssl, curl and promtool must be there: `./desk lint` installs them and runs this.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
cd "$root"
PATH=$PATH:/usr/sbin:/sbin

# install FILE: a folder with the tools that it names, made anew when their versions change. One that is not whole has
# another name.
install() {
    folder=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/cryptodesk/checks-$(sha256sum "$here/$1" | cut -c 1-12)
    [ -d "$folder" ] || {
        mkdir -p "$(dirname "$folder")"
        rm -rf "$folder.new"
        python3 -m venv "$folder.new"
        "$folder.new/bin/python" -m pip --quiet --disable-pip-version-check install --only-binary :all: -r "$here/$1"
        mv -T "$folder.new" "$folder"
    }
    printf '%s\n' "$folder"
}

tools=$(install checks.txt)
# By `python -m` or by path, since the folder was renamed after its scripts had been written.
python=$tools/bin/python

failed=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

check() { # what command…
    what=$1
    shift
    if "$@" >"$temporary/output" 2>&1; then
        echo "ok      $what"
    else
        failed=1
        echo "FAILED  $what"
        sed 's/^/        /' "$temporary/output"
    fi
}

# Those that git knows, or will.
shell_scripts() {
    # In a container the clone may be another user's.
    git -c safe.directory="$root" ls-files --cached --others --exclude-standard | while read -r file; do
        [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!/bin/(ba)?sh' && printf '%s\n' "$file"
    done || :
}

# shellcheck disable=SC2329 # check calls it
nginx_configuration() {
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1 -keyout "$temporary/key.pem" \
        -out "$temporary/certificate.pem" 2>/dev/null &&
        NGINX_SERVER_NAME=localhost NGINX_CERTIFICATE=$temporary/certificate.pem \
            NGINX_CERTIFICATE_KEY=$temporary/key.pem NGINX_GATEWAYS='127.0.0.1:8181 127.0.0.1:8182' \
            deploy/nginx/install.sh "$temporary/nginx" &&
        "$python" -m gixy "$temporary/nginx/nginx.conf"
}

# shellcheck disable=SC2329 # check calls it
dashboard() {
    find Web -name '*.js' -print0 | DENO_DIR=$temporary/deno DENO_NO_UPDATE_CHECK=1 NO_COLOR=1 \
        xargs -0 "$tools/bin/deno" check --quiet --no-remote --no-npm --config Web/deno.json
}

# Each kind of file has its schema.
# shellcheck disable=SC2329 # check calls it
workflows() {
    schema() { "$python" -m check_jsonschema --builtin-schema "$@"; }
    schema vendor.github-workflows .github/workflows/*.yaml && schema vendor.dependabot .github/dependabot.yaml &&
        schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yaml &&
        schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yaml .github/ISSUE_TEMPLATE/proposal.yaml &&
        "$tools/bin/zizmor" --offline --no-progress --quiet .github
}

# shellcheck disable=SC2046 # one word a file
check 'shell scripts (shellcheck)' "$tools/bin/shellcheck" $(shell_scripts)
check 'Dockerfile (hadolint)' "$tools/bin/hadolint" deploy/compose/Dockerfile
check 'workflows, Dependabot, issue forms (schemas, zizmor)' workflows
check 'compose files (compose specification)' \
    "$python" -m check_jsonschema --builtin-schema vendor.compose-spec deploy/compose/compose*.yaml
check 'nginx of the edge (nginx -t, gixy)' nginx_configuration
check 'the dashboard (deno check)' dashboard
check 'Kubernetes manifests (schemas)' deploy/kubernetes/check.sh "$python"
check 'alert rules (promtool)' promtool check rules deploy/observability/rules/*.yaml
check 'alert rules, tried (promtool test)' promtool test rules deploy/observability/rules/tests/*.yaml
check 'dashboards as they are made' "$python" deploy/observability/generate.py --check
check 'the edge over TLS, names of metrics (Tests/Deploy)' "$python" -m unittest discover -s Tests/Deploy
case ${1:-} in
    --slow)
        checkov=$(install checks-slow.txt)
        printf '#!/bin/sh\nexec "%s/bin/python" -m checkov.main "$@"\n' "$checkov" >"$temporary/checkov"
        chmod +x "$temporary/checkov"
        check 'Kubernetes manifests (checkov)' deploy/kubernetes/check.sh "$python" "$temporary/checkov"
        ;;
esac
exit "$failed"
