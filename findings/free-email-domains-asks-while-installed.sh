#!/bin/sh
# npm free-email-domains 1.12.6: the list of hosts where anybody can have a mailbox, which refuses such hosts as the domain of a company.
#
# Expected: a list is data. Two installs of one version have the same list, and an install needs the registry alone.
# Seen: the package has a postinstall script that fetches another list from a host of its own. Where that host cannot be reached, the
# install of the whole project fails; where it can, what is installed is not what was published and locked. email-providers 2.26.0 has no
# such script.
#   free-email-domains runs node scripts/postinstall.mjs while it is installed
#   without the host: npm fails
#   email-providers runs nothing while it is installed
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact free-email-domains@1.12.6 email-providers@2.26.0
script() { node -p "require('./node_modules/$1/package.json').scripts?.postinstall ?? 'nothing'"; }
# A resolver that knows no host stands for a network in which only the registry can be reached.
cat > offline.cjs <<'JS'
require('node:dns').lookup = (host, options, done) => (done ?? options)(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }));
JS
outcome() { (cd node_modules/free-email-domains && node --require "$folder/offline.cjs" scripts/postinstall.mjs >/dev/null 2>&1) && echo 'npm succeeds' || echo 'npm fails'; }
seen="free-email-domains runs $(script free-email-domains) while it is installed
without the host: $(outcome)
email-providers runs $(script email-providers) while it is installed"
echo "$seen"
test "$seen" = 'free-email-domains runs node scripts/postinstall.mjs while it is installed
without the host: npm fails
email-providers runs nothing while it is installed'
