#!/bin/sh
# undici 8.13.1, Node.js 26.10.0: a request through ProxyAgent, where the proxy takes the connection and does not answer CONNECT.
#
# Expected: headersTimeout, bodyTimeout and the connect timeout, given to the agent and to the request, end it (300 ms here).
# Seen: none of them does. The agent speaks CONNECT through a client of its own, which has its defaults of minutes.
#   still waiting after 5 s
# An egress proxy that hangs holds every outgoing request; a deadline of one's own (AbortSignal) is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund --save-exact node@26.10.0 undici@8.13.1
cat > run.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ProxyAgent, request } from 'undici';

const proxy = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1');
await once(proxy, 'listening');
const limits = { headersTimeout: 300, bodyTimeout: 300 };
const dispatcher = new ProxyAgent({
  uri: `http://127.0.0.1:${proxy.address().port}`,
  ...limits,
  connectTimeout: 300,
  connect: { timeout: 300 },
});
const answer = request('https://receiver.example/', { dispatcher, ...limits }).then(
  ({ statusCode }) => `answered ${statusCode}`,
  (error) => `ended: ${error.code ?? error.message}`,
);
console.log(await Promise.race([answer, delay(5_000, 'still waiting after 5 s')]));
process.exit();
JS
seen=$(node_modules/.bin/node run.js)
echo "$seen"
test "$seen" = "still waiting after 5 s"
