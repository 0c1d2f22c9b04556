#!/bin/sh
# `npm run test:compose`: the commands that the documentation prints for Docker Compose, on a real engine, with data. Needs docker with
# Compose; without them this is skipped, unless CI_REQUIRE_CONTAINERS=1 says that it must not be. Where registries of images cannot be
# reached, CONTAINER_TOOLS names a folder with a `compose-images`, which makes the images of Node.js and PostgreSQL by other means.
set -eu
cd "$(dirname "$0")/../.."

if ! docker info >/dev/null 2>&1 || ! docker compose version >/dev/null 2>&1; then
  echo 'test:compose: skipped, as no docker with Compose answers. Nothing about the printed commands was tried with data.'
  [ "${CI_REQUIRE_CONTAINERS:-}" != 1 ]
  exit
fi
options=''
if [ -n "${CONTAINER_TOOLS:-}" ]; then
  "$CONTAINER_TOOLS/compose-images" node_modules/.bin/node .
  # Whatever reaches a package registry there reaches it in the build too.
  options='--network host'
fi
# shellcheck disable=SC2086
docker build $options --build-arg RELEASE=test -t plinth-test:latest .
exec node scripts/test.ts --test-concurrency=1 --test-timeout=900000 test/containers/printed-commands.heavy.ts
