# What of the official image Compose relies on: the user, the folders, the variables, the data of 18 in a folder of its own, and a pgBackRest that
# knows this version of PostgreSQL. Debian 12 has none, so it comes from a later Debian, with the libraries that it wants.
FROM plinth-test-debian:bookworm
RUN groupadd -r --gid 999 postgres && useradd -r --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres && \
    apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreadline8 libxml2 libgssapi-krb5-2 liblz4-1 >/dev/null && \
    echo 'deb [check-valid-until=no] http://deb.debian.org/debian forky main' >/etc/apt/sources.list.d/later.list && \
    printf 'Package: *\nPin: release n=forky\nPin-Priority: 50\n' >/etc/apt/preferences.d/later && \
    apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-overwrite -t forky pgbackrest >/dev/null 2>&1 && \
    rm -rf /var/lib/apt/lists/* && \
    install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /run/postgresql
COPY server /usr/lib/postgresql
COPY postgres.entrypoint /usr/local/bin/docker-entrypoint.sh
ENV LANG=C.UTF-8 PATH=/usr/lib/postgresql/bin:$PATH LD_LIBRARY_PATH=/usr/lib/postgresql/lib PGDATA=/var/lib/postgresql/18/docker PGHOST=/run/postgresql
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
