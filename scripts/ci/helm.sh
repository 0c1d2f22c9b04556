#!/bin/sh
# `npm run test:helm`: lints and renders deploy/helm with the real Helm, and validates what comes out with kubeconform against the schemas of three versions
# of Kubernetes. All of them are Go modules. The programs are built once (Helm takes some minutes) and kept in the user's cache; HELM and KUBECONFORM name
# others. Without Go and without them it says so, and passes.
set -eu
cd "$(dirname "$0")/../.."
HELM_VERSION=3.22.0
KUBECONFORM_VERSION=0.7.0
# The newest patch release that Go's proxy serves of the last three minor ones.
KUBERNETES_VERSIONS='1.35.4 1.36.3 1.37.2'

cache=${XDG_CACHE_HOME:-$HOME/.cache}/plinth
HELM=${HELM:-$cache/helm-$HELM_VERSION}
KUBECONFORM=${KUBECONFORM:-$cache/kubeconform-$KUBECONFORM_VERSION}
mkdir -p "$cache"
PATH=$PATH:/usr/local/go/bin
if ! command -v go >/dev/null; then
  echo 'test:helm: skipped: Go is not installed, which builds Helm and kubeconform and brings the schemas of Kubernetes'
  exit 0
fi

build() { # FILE MODULE@VERSION PACKAGE
  [ -x "$1" ] && return
  if [ "${HELM_BUILD:-}" = never ]; then
    echo "test:helm: skipped: $1 is not built yet, which takes minutes: npm run test:helm"
    exit 0
  fi
  echo "builds $2, once: some minutes"
  work=$(mktemp -d)
  (cd "$work" && go mod init local/tool && GOFLAGS=-mod=mod go get "$2" && GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o tool "$3") \
    >"$work/log" 2>&1 || { tail -5 "$work/log"; rm -rf "$work"; return 1; }
  mv "$work/tool" "$1"
  rm -rf "$work"
}
build "$HELM" "helm.sh/helm/v3@v$HELM_VERSION" helm.sh/helm/v3/cmd/helm
build "$KUBECONFORM" "github.com/yannh/kubeconform@v$KUBECONFORM_VERSION" github.com/yannh/kubeconform/cmd/kubeconform

KUBERNETES=''
for version in $KUBERNETES_VERSIONS; do
  folder=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -nE 's/^\t"Dir": "(.*)",?$/\1/p')
  KUBERNETES="$KUBERNETES $version=$folder/api/openapi-spec/swagger.json"
done
export HELM KUBECONFORM KUBERNETES
exec node scripts/test.ts test/helm/chart.heavy.ts
