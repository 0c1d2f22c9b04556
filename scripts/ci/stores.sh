#!/bin/sh
# `npm run test:stores`: tests the service behind PgBouncer, and with Redis, both real. `npm test` skips these tests if they are not installed. This
# script installs them (Debian, as root) and skips nothing.
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

missing=''
command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
command -v "${REDIS_SERVER:-redis-server}" >/dev/null || missing="$missing redis-server"
[ -z "$missing" ] || {
  # shellcheck disable=SC2086
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
} >&2
# Debian installs the daemons outside of a user's PATH.
PATH=$PATH:/usr/sbin
export PATH STORES_REQUIRED=1
exec node scripts/test.ts app/platform/database/pooler.test.ts app/platform/redis.test.ts
