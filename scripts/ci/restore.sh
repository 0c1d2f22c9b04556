#!/bin/sh
# `npm run test:restore`: backup and restore on a separate PostgreSQL whose `pg_dump` has the same version. The embedded PostgreSQL has no `pg_dump`,
# so this uses the distribution's packages, and installs missing ones (Debian, as root).
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

newest() { find /usr/lib/postgresql -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -1; }
[ -n "$(newest)" ] || {
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
} >&2
PATH=$(dirname "$(newest)"):$PATH
export PATH

directory=$(mktemp -d)
# PostgreSQL refuses to run as root.
as=''
if [ "$(id -u)" = 0 ]; then
  as='setpriv --reuid=postgres --regid=postgres --clear-groups'
  chown postgres "$directory"
fi
finish() {
  $as pg_ctl --pgdata="$directory/data" --mode=immediate stop >/dev/null 2>&1 || true
  rm -rf "$directory"
}
trap finish EXIT
trap 'exit 1' INT TERM

PGPASSWORD=$(node -p 'crypto.randomBytes(16).toString("hex")')
printf %s "$PGPASSWORD" >"$directory/password"
port=$(node -e 'const server = net.createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })')
[ -z "$as" ] || chown postgres "$directory/password"
$as initdb --pgdata="$directory/data" --username=postgres --pwfile="$directory/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C >/dev/null
$as pg_ctl --pgdata="$directory/data" --wait --log="$directory/log" \
  --options="-p $port -k $directory -c listen_addresses=127.0.0.1 -c max_connections=200" start >/dev/null
pg_dump --version
TEST_DATABASE_URL=postgres://postgres:$PGPASSWORD@127.0.0.1:$port/postgres node scripts/test.ts --test-timeout=300000 test/backup-restore.heavy.ts
