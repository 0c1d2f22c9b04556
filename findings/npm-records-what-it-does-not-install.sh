#!/bin/sh
# npm 11.19.1, Node.js 26.10.0.
#
# Expected: `npm install --package-lock-only` changes package.json and package-lock.json, and leaves node_modules alone, as its documentation says.
# Seen: it also writes node_modules/.package-lock.json, npm's record of what is installed, with packages that are not there.
#   recorded: is-number is-odd is-odd/node_modules/is-number
#   installed: is-number
# A script that compares this record with the lock file, to install only what is missing, takes the new package for installed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir tool work
(cd tool && echo '{"private":true}' > package.json && npm install --silent --no-audit --no-fund --save-exact node@26.10.0 npm@11.19.1)
npm11() { "$folder/tool/node_modules/.bin/node" "$folder/tool/node_modules/npm/bin/npm-cli.js" "$@" --silent --no-audit --no-fund; }
cd work
echo '{"private":true}' > package.json
npm11 install is-number@7.0.0
npm11 install --package-lock-only is-odd@3.0.1
cat > look.mjs <<'JS'
import { existsSync, readFileSync } from 'node:fs';
const names = Object.keys(JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages);
const short = (name) => name.replace(/^node_modules\//, '');
console.log(`recorded: ${names.map(short).join(' ')}`);
console.log(`installed: ${names.filter((name) => existsSync(name)).map(short).join(' ')}`);
JS
"$folder/tool/node_modules/.bin/node" look.mjs | tee seen
printf 'recorded: is-number is-odd is-odd/node_modules/is-number\ninstalled: is-number\n' | cmp - seen
