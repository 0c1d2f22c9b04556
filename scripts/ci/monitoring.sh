#!/bin/sh
# `npm run test:monitoring`: tests the files of monitoring/ with a real Prometheus, Alertmanager and PostgreSQL exporter. It uses the distribution's
# packages, and installs missing ones (Debian, as root).
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

packages=''
command -v promtool >/dev/null || packages="$packages prometheus"
command -v amtool >/dev/null && command -v prometheus-alertmanager >/dev/null || packages="$packages prometheus-alertmanager"
command -v prometheus-postgres-exporter >/dev/null || packages="$packages prometheus-postgres-exporter"

if [ -n "$packages" ]; then
  # Debian starts a service when it is installed, on a port that a developer may use. This policy prevents it.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    $sudo chmod +x "$policy"
    trap '$sudo rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM
  fi
  # shellcheck disable=SC2086 # the variable is a list
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >&2
fi

node scripts/test.ts test/monitoring/*.heavy.ts
