#!/bin/sh
# `npm run test:image`: builds the image, runs it and tests it. It uses docker or podman, whichever works; CONTAINER_ENGINE names another. Where image
# registries cannot be reached, CONTAINER_TOOLS names a folder with a `podman-local` and a `make-base-images` that builds the base image by other
# means. Without any of them the test is skipped, unless CI_REQUIRE_CONTAINERS=1 is set: then it fails.
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

tools=$(cd "${CONTAINER_TOOLS:-../shared/containers}" 2>/dev/null && pwd || true)
if [ -z "${CONTAINER_ENGINE:-}" ] && [ -n "$tools" ] && [ -x "$tools/podman-local" ]; then
  CONTAINER_ENGINE=$tools/podman-local
  "$tools/make-base-images" node_modules/.bin/node
elif [ -z "${CONTAINER_ENGINE:-}" ]; then
  # Ignore a client whose daemon does not run.
  for CONTAINER_ENGINE in docker podman ''; do
    [ -z "$CONTAINER_ENGINE" ] || ! "$CONTAINER_ENGINE" info >/dev/null 2>&1 || break
  done
fi
if [ -z "$CONTAINER_ENGINE" ]; then
  echo 'test:image: skipped, because neither docker nor podman works. Nothing about the image, rollouts or Compose was tested.'
  [ "${CI_REQUIRE_CONTAINERS:-}" != 1 ]
  exit
fi
export CONTAINER_ENGINE

case $CONTAINER_ENGINE in
  # The docker format supports health checks. Isolation by chroot also works where namespaces cannot be nested.
  *podman*) options='--format docker --isolation chroot' ;;
  *) options='' ;;
esac
# shellcheck disable=SC2086
"$CONTAINER_ENGINE" build $options --build-arg RELEASE=test --build-arg PRODUCT_NAME='Acme "Cloud"' -t localhost/plinth .

command -v haproxy >/dev/null || {
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy
} >&2
[ $# -gt 0 ] || set -- test/containers/image.heavy.ts test/containers/rolling.heavy.ts test/containers/demo.heavy.ts
exec node scripts/test.ts --test-concurrency=1 --test-timeout=300000 "$@"
