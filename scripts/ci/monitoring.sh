#!/bin/sh
# `npm run test:monitoring`: the files of monitoring/ against a real Prometheus, Alertmanager and exporter of PostgreSQL. Takes the
# distribution's, and installs those that are missing (Debian, as root).
set -eu
cd "$(dirname "$0")/../.."
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo

packages=''
command -v promtool >/dev/null || packages="$packages prometheus"
command -v amtool >/dev/null && command -v prometheus-alertmanager >/dev/null || packages="$packages prometheus-alertmanager"
command -v prometheus-postgres-exporter >/dev/null || packages="$packages prometheus-postgres-exporter"

if [ -n "$packages" ]; then
  # Debian starts services as it installs them, on ports that a developer may use; unless this says no.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    $sudo chmod +x "$policy"
    trap '$sudo rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM
  fi
  # shellcheck disable=SC2086 # a list
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >&2
fi

node scripts/test.ts test/monitoring/*.heavy.ts
