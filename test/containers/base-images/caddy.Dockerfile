FROM plinth-test-debian:bookworm
COPY caddy /usr/bin/caddy
WORKDIR /srv
EXPOSE 80 443
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
