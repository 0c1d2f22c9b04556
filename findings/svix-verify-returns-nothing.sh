#!/bin/sh
# npm svix 2.5.0 and standardwebhooks 1.1.1: the two libraries (Node.js 26.10.0) that receivers of Standard Webhooks use.
#
# Expected: one is as good as the other. The class has the same name, constructor and method, and standardwebhooks began as a copy.
# Seen: verify() of standardwebhooks returns the parsed body. That of svix returns undefined, though it accepts the same request.
#   standardwebhooks {"type":"invoice.paid"}
#   svix undefined
# A receiver that changes the library gets an error on the first member that it reads, after a signature that was right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund --save-exact node@26.10.0 svix@2.5.0 standardwebhooks@1.1.1
cat > run.js <<'JS'
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const body = '{"type":"invoice.paid"}';
const at = new Date();
const headers = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': new Standard(secret).sign('msg_1', at, body),
};
console.log('standardwebhooks', JSON.stringify(new Standard(secret).verify(body, headers)));
console.log('svix', JSON.stringify(new Svix(secret).verify(body, headers)));
JS
seen=$(node_modules/.bin/node run.js)
echo "$seen"
test "$seen" = 'standardwebhooks {"type":"invoice.paid"}
svix undefined'
