# What of the official image Compose relies on: the user, the folders, the variables, and the data of 18 in a folder of its own.
FROM plinth-test-debian:bookworm
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreadline8 libxml2 libgssapi-krb5-2 libssl3 liblz4-1 libzstd1 >/dev/null && \
    rm -rf /var/lib/apt/lists/* && \
    groupadd -r --gid 999 postgres && useradd -r --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres && \
    install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /run/postgresql
COPY server /usr/lib/postgresql
COPY postgres.entrypoint /usr/local/bin/entrypoint
ENV LANG=C.UTF-8 PATH=$PATH:/usr/lib/postgresql/bin LD_LIBRARY_PATH=/usr/lib/postgresql/lib PGDATA=/var/lib/postgresql/18/docker PGHOST=/run/postgresql
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["postgres"]
