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
# A smaller young generation keeps an idle process 30 MB smaller at the same speed (docs/performance.md).
ENV NODE_ENV=production APP_ENV=production RELEASE="${RELEASE}" \
    NODE_OPTIONS=--max-semi-space-size=8 NODE_COMPILE_CACHE=/service/.compile-cache
WORKDIR /service
COPY --from=dependencies /service/node_modules node_modules
COPY package.json LICENSE ./
COPY app app
COPY migrations migrations
COPY docs/errors docs/errors
RUN mkdir .compile-cache && chown node .compile-cache
# Types stripped and files compiled ahead, for the user that runs them: a start needs neither then.
RUN mkdir -p node_modules/.cache && chown node:node node_modules/.cache
USER node
RUN node --import ./app/module-loading.ts --input-type=module -e "await Promise.all([import('./app/run.ts'), import('./app/cli/program.ts')])"
# A start without settings fails, but only after all code is loaded, and leaves it compiled: every later start is faster and smaller.
RUN ! node app/main.ts api 2>/dev/null
EXPOSE 5000 9464
STOPSIGNAL SIGTERM
# No shell: the service's own command, which asks the metrics port whether the process lives, in either role.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "app/healthcheck.ts"]
CMD ["node", "app/main.ts", "api"]
