# A store that speaks S3, for tests of backups: versitygw on a folder of its own, with TLS for the name `store` by an authority of its own.
FROM plinth-test-debian:bookworm
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssl >/dev/null && rm -rf /var/lib/apt/lists/* && \
    mkdir -p /store/bucket /tls && \
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=store -addext subjectAltName=DNS:store -keyout /tls/key.pem -out /tls/ca.pem 2>/dev/null
COPY versitygw /usr/bin/versitygw
VOLUME /store
CMD ["versitygw", "--port", ":443", "--cert", "/tls/ca.pem", "--key", "/tls/key.pem", "--access", "backups", "--secret", "backups-secret", "--region", "eu-test-1", "posix", "/store"]
