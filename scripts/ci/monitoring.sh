#!/bin/sh
# `npm run test:monitoring`: tests the files of monitoring/ with a real Prometheus, Alertmanager and PostgreSQL exporter. It uses the distribution's
# packages, and installs missing ones (Debian, as root), except promtool.
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

# Rules are tested by the promtool of the Prometheus that runs them (docker-compose.yml): queries of version 2 and 3 differ at the edges of ranges.
# Debian has version 2, so it is built where Go is at hand; PROMTOOL names one that is there already.
version=$(sed -nE 's#.*image: prom/prometheus:v([0-9.]+).*#\1#p' docker-compose.yml)
module=$(echo "$version" | awk -F. '{ printf "v0.%d%02d.%d", $1, $2, $3 }')
PROMTOOL=${PROMTOOL:-${XDG_CACHE_HOME:-$HOME/.cache}/plinth/promtool-$version}
if [ ! -x "$PROMTOOL" ] && command -v go >/dev/null; then
  echo "builds promtool $version, once: some minutes"
  work=$(mktemp -d)
  # `go install` refuses a module that replaces others; as the dependency of a module it builds.
  if (cd "$work" && go mod init local/promtool && go get "github.com/prometheus/prometheus/cmd/promtool@$module" &&
    CGO_ENABLED=0 go build -o promtool github.com/prometheus/prometheus/cmd/promtool) >"$work/log" 2>&1; then
    mkdir -p "$(dirname "$PROMTOOL")"
    mv "$work/promtool" "$PROMTOOL"
  else
    tail -5 "$work/log"
  fi
  rm -rf "$work"
fi
if [ ! -x "$PROMTOOL" ]; then
  PROMTOOL=$(command -v promtool)
  echo "test:monitoring: rules are tested by promtool of another version than $version, which runs: without Go it cannot be built."
fi
export PROMTOOL
"$PROMTOOL" --version | head -1

[ $# -gt 0 ] || set -- test/monitoring/*.heavy.ts
node scripts/test.ts "$@"
