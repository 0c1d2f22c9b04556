# One image, two roles: `node app/main.ts api` (the default) and `node app/main.ts worker`. Before either: `node app/cli.ts migrate`.

FROM docker.io/library/node:26-bookworm-slim AS dependencies
WORKDIR /service
COPY package.json package-lock.json ./
# The pinned runtime is for development; here the base image is the runtime.
COPY tools/runtime/package.json tools/runtime/
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM docker.io/library/node:26-bookworm-slim
ARG RELEASE=unknown
LABEL org.opencontainers.image.title="plinth" \
      org.opencontainers.image.description="Accounts, organizations and email on PostgreSQL" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${RELEASE}"
ENV NODE_ENV=production APP_ENV=production RELEASE="${RELEASE}"
WORKDIR /service
COPY --from=dependencies /service/node_modules node_modules
COPY package.json LICENSE ./
COPY app app
COPY migrations migrations
COPY docs/errors docs/errors
USER node
EXPOSE 5000 9464
STOPSIGNAL SIGTERM
# No shell: the service's own command, which asks the metrics port whether the process lives, in either role.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "app/healthcheck.ts"]
CMD ["node", "app/main.ts", "api"]
