#!/bin/sh
# Builds the image, runs it, and tests it: `npm run test:image`. With docker or podman, whichever answers; CONTAINER_ENGINE names
# another. Where registries of images cannot be reached, CONTAINER_TOOLS names a folder with a `podman-local` and a
# `make-base-images` that makes the base image by other means. Without any of them this is skipped, unless
# CI_REQUIRE_CONTAINERS=1 says that it must not be.
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

tools=$(cd "${CONTAINER_TOOLS:-../shared/containers}" 2>/dev/null && pwd || true)
if [ -z "${CONTAINER_ENGINE:-}" ] && [ -n "$tools" ] && [ -x "$tools/podman-local" ]; then
  CONTAINER_ENGINE=$tools/podman-local
  "$tools/make-base-images" node_modules/.bin/node
elif [ -z "${CONTAINER_ENGINE:-}" ]; then
  # A client whose daemon does not run is none.
  for CONTAINER_ENGINE in docker podman ''; do
    [ -z "$CONTAINER_ENGINE" ] || ! "$CONTAINER_ENGINE" info >/dev/null 2>&1 || break
  done
fi
if [ -z "$CONTAINER_ENGINE" ]; then
  echo 'test:image: skipped, as neither docker nor podman answers. Nothing about the image, rollouts or Compose was tested.'
  [ "${CI_REQUIRE_CONTAINERS:-}" != 1 ]
  exit
fi
export CONTAINER_ENGINE

case $CONTAINER_ENGINE in
  # The format that has health checks. Isolation by chroot also works where namespaces may not be nested.
  *podman*) options='--format docker --isolation chroot' ;;
  *) options='' ;;
esac
# shellcheck disable=SC2086
"$CONTAINER_ENGINE" build $options --build-arg RELEASE=test -t localhost/plinth .

command -v haproxy >/dev/null || {
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy
} >&2
[ $# -gt 0 ] || set -- test/containers/image.heavy.ts test/containers/rolling.heavy.ts test/containers/compose.heavy.ts
exec node scripts/test.ts --test-concurrency=1 --test-timeout=300000 "$@"
