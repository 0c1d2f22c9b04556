#!/bin/sh
# `npm run test:compose`: the commands that the documentation prints for Docker Compose, and releases, on a real engine, with data. Needs docker with
# Compose; without them this is skipped, unless CI_REQUIRE_CONTAINERS=1 says that it must not be. Images are pulled; where that is not
# possible, test/containers/base-images/build.sh makes stand-ins from packages, which takes root and some minutes.
set -eu
cd "$(dirname "$0")/../.."

if ! docker info >/dev/null 2>&1 || ! docker compose version >/dev/null 2>&1; then
  echo 'test:compose: skipped, as no docker with Compose answers. Nothing about releases and the printed commands was tried with data.'
  [ "${CI_REQUIRE_CONTAINERS:-}" != 1 ]
  exit
fi
options=''
missing=''
for image in $(sed -nE 's/^FROM +([^ ]+).*/\1/p' Dockerfile deploy/database/Dockerfile | sort -u) $(sed -nE 's/^ +image: *((node|postgres|caddy|axllent\/mailpit|prom\/[a-z]+|quay.io\/prometheuscommunity\/[a-z-]+):.*)/\1/p' docker-compose*.yml | sort -u); do
  docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null 2>&1 || missing="$missing $image"
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null || ! command -v go >/dev/null; then
    echo "test:compose: skipped, as these images cannot be pulled, and without root, debootstrap and Go no stand-ins can be made:$missing"
    [ "${CI_REQUIRE_CONTAINERS:-}" != 1 ]
    exit
  fi
  test/containers/base-images/build.sh node_modules/.bin/node
fi
# Images made here know no other network than the machine's, through which packages are reached.
docker image inspect plinth-test-debian:bookworm >/dev/null 2>&1 && options='--network host'
# A store for backups and an authority for certificates are made from Go modules. Without Go, what needs them is not tried.
if ! docker image inspect plinth-test-store:1 plinth-test-authority:1 >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null && command -v go >/dev/null; then
    test/containers/base-images/build.sh node_modules/.bin/node
  else
    echo 'test:compose: backups and the walk through docs/one-machine.md are skipped, as their store and authority cannot be made without root, debootstrap and Go.'
    # shellcheck disable=SC2046 # a list
    [ $# -gt 0 ] || set -- $(grep -LE "from './store.ts'" test/containers/compose-*.heavy.ts)
  fi
fi
# shellcheck disable=SC2086 # none or one option
docker build $options --quiet -t "$(sed -nE 's/^ +image: *(plinth-database:.*)/\1/p' docker-compose.yml)" deploy/database
# shellcheck disable=SC2086 # none or one option
docker build $options --build-arg RELEASE=first -t plinth-test:first .
# Another release, and one that does not get ready although its migrations are in order.
printf 'FROM plinth-test:first\nENV RELEASE=second\n' | docker build -q -t plinth-test:second - >/dev/null
printf 'FROM plinth-test:first\nUSER root\nRUN rm app/main.ts\nUSER node\n' | docker build -q -t plinth-test:broken - >/dev/null
[ $# -gt 0 ] || set -- test/containers/compose-*.heavy.ts
exec node scripts/test.ts --test-concurrency=1 --test-timeout=3600000 "$@"
