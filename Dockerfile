# One image, two roles: `node app/main.ts api` (the default) and `node app/main.ts worker`. Before either: `node app/cli.ts migrate`.

FROM docker.io/library/node:26-bookworm-slim AS dependencies
WORKDIR /service
COPY package.json package-lock.json ./
# The pinned runtime is for development; here the base image is the runtime.
COPY tools/runtime/package.json tools/runtime/
COPY tools/absent/package.json tools/absent/
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

# The account app, built from its own lock file.
FROM docker.io/library/node:26-bookworm-slim AS account-app
WORKDIR /service/web
COPY packages/client /service/packages/client
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY app/product/brand.ts /service/app/product/brand.ts
COPY web ./
RUN npm run build

FROM docker.io/library/node:26-bookworm-slim
ARG RELEASE=unknown
# The name in app/product/product.json: a label cannot read a file.
ARG PRODUCT_NAME=unknown
LABEL org.opencontainers.image.title="${PRODUCT_NAME}" \
      org.opencontainers.image.description="Accounts, organizations and email on PostgreSQL" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${RELEASE}"
# What these limits of memory buy, and cost, is in docs/performance.md.
ENV NODE_ENV=production APP_ENV=production RELEASE="${RELEASE}" \
    NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=512" MALLOC_ARENA_MAX=1 \
    NODE_COMPILE_CACHE=/service/node_modules/.cache/compile
WORKDIR /service
COPY --from=dependencies /service/node_modules node_modules
COPY package.json LICENSE ./
COPY tools/absent tools/absent
COPY app app
COPY migrations migrations
COPY docs/errors docs/errors
COPY --from=account-app /service/web/dist web/dist
RUN mkdir -p node_modules/.cache && chown node:node node_modules/.cache
USER node
# Types stripped and files compiled ahead, for the user that runs them: a start needs neither then. Run as they are, so that the entries
# themselves are kept too; without settings the service ends as soon as its code is loaded.
RUN ! node app/main.ts api 2>/dev/null && ! node app/healthcheck.ts && node app/cli.ts --help >/dev/null && \
    node --input-type=module -e "await import('./app/platform/telemetry/tracing.ts'); await import('./app/platform/telemetry/sentry.ts')"
EXPOSE 5000 9464
STOPSIGNAL SIGTERM
# No shell: the service's own command, which asks the metrics port whether the process lives, in either role.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "app/healthcheck.ts"]
CMD ["node", "app/main.ts", "api"]
