# Pebble, the authority for certificates that Let's Encrypt tests with: it asks on ports 80 and 443, and speaks TLS for the name `authority`.
# Its certificates last for LIFETIME seconds.
FROM plinth-test-debian:bookworm
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssl >/dev/null && rm -rf /var/lib/apt/lists/* && \
    mkdir /authority && \
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=authority -addext subjectAltName=DNS:authority -keyout /authority/key.pem -out /authority/ca.pem 2>/dev/null
COPY pebble /usr/bin/pebble
VOLUME /authority
ENV LIFETIME=7776000
CMD ["sh", "-c", "echo \"{\\\"pebble\\\":{\\\"listenAddress\\\":\\\"0.0.0.0:14000\\\",\\\"managementListenAddress\\\":\\\"0.0.0.0:15000\\\",\\\"certificate\\\":\\\"/authority/ca.pem\\\",\\\"privateKey\\\":\\\"/authority/key.pem\\\",\\\"httpPort\\\":80,\\\"tlsPort\\\":443,\\\"profiles\\\":{\\\"default\\\":{\\\"description\\\":\\\"\\\",\\\"validityPeriod\\\":$LIFETIME}}}}\" >/tmp/pebble.json && exec pebble -config /tmp/pebble.json"]
