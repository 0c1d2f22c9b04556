#!/bin/sh
# stripe-mock v0.203.0 (Go module github.com/stripe/stripe-mock), Go 1.24 or newer, curl.
#
# Expected: it validates requests by Stripe's OpenAPI document, so an unknown parameter is refused, wherever it stands, and a text longer than
# the document's maxLength (metadata aside) is, too. It listens where -http-addr says, and nowhere else.
# Seen: only an unknown parameter at the top is refused. One inside an object of the same request is accepted, and so is a description of
# 6,000 characters, where the document says maxLength 5000. And it also listens with TLS, on another port of every address.
#   top level: 400
#   nested: 200
#   too long: 200
#   TLS port: open
# It is no oracle for what Stripe refuses below the top level.
set -eu
folder=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
pid=
cd "$folder"
GOBIN="$folder" go install github.com/stripe/stripe-mock@v0.203.0
./stripe-mock -http-addr 127.0.0.1:12211 > log 2>&1 &
pid=$!
until curl -s -o /dev/null http://127.0.0.1:12211/; do kill -0 "$pid"; sleep 0.1; done
post() { curl -s -o /dev/null -w '%{http_code}' -u sk_test_123: http://127.0.0.1:12211/v1/customers "$@"; }
tls=$(grep -c 'Listening for HTTPS' log || true)
long=$(printf 'x%.0s' $(seq 6000))
seen="top level: $(post -d nonsense=1)
nested: $(post -d 'address[nonsense]=1')
too long: $(post -d "description=$long")
TLS port: $(test "$tls" = 0 && echo closed || echo open)"
echo "$seen"
test "$seen" = "top level: 400
nested: 200
too long: 200
TLS port: open"
