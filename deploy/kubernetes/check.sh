#!/bin/sh
# Checks the manifests; deploy/check.sh calls it with the Python of its tools.
#
#     check.sh PYTHON             strictly against the schemas of Kubernetes: seconds
#     check.sh PYTHON CHECKOV     and against checkov's rules
#
# Both read what `kubectl kustomize` makes of the overlays where there is kubectl, and the files themselves where not.
set -eu

python=$1
checkov=${2:-}
cd "$(dirname -- "$0")"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

if command -v kubectl >/dev/null; then
    for overlay in overlays/*/; do kubectl kustomize "$overlay" >"$temporary/$(basename "$overlay").yaml"; done
else
    for file in base/*.yaml data/*.yaml monitoring/*.yaml; do
        case $file in */kustomization.yaml) ;; *) cp "$file" "$temporary/$(echo "$file" | tr / -)" ;; esac
    done
fi
./make-secrets.sh >"$temporary/secrets.yaml"
# Of other parties' kinds (Cluster, ServiceMonitor, PrometheusRule) it has no schema, and says nothing.
"$python" -c 'from kubernetes_validate.__main__ import main; raise SystemExit(main())' --strict --quiet --no-warn "$temporary"/*.yaml

[ -n "$checkov" ] || exit 0
rm "$temporary/secrets.yaml"
# CKV_K8S_43, images by digest: only whoever builds the images knows theirs, and sets them in an overlay.
# Without kubectl the files have no namespace of their own, which the kustomization gives them: CKV_K8S_21.
skip=CKV_K8S_43
command -v kubectl >/dev/null || skip=$skip,CKV_K8S_21
"$checkov" --framework kubernetes --directory "$temporary" --compact --quiet --skip-download --skip-check "$skip"
