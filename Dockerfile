# What is ours, as images: `shop` (the four services), and the lab's own tools: `agent` (the built-in one), `backend` (the embedded
# stores), `console`. docker compose builds those it starts. The base comes from .env, where every image is pinned.
# Stages stand in the order of need: Docker's legacy builder builds all stages up to the one it is asked for.
ARG NODE_IMAGE
FROM ${NODE_IMAGE} AS manifests
WORKDIR /playground
COPY package.json package-lock.json .npmrc ./
COPY services/gateway/package.json services/gateway/
COPY services/checkout/package.json services/checkout/
COPY services/inventory/package.json services/inventory/
COPY services/payment/package.json services/payment/
COPY services/telemetry/package.json services/telemetry/
COPY protocol/package.json protocol/
COPY backend/package.json backend/
COPY agent/builtin/package.json agent/builtin/
COPY collector/package.json collector/
COPY recording/package.json recording/
COPY console/package.json console/
# `npm ci` installs what the lockfile says or nothing. It compares the whole lockfile first, which lacks the linters' binaries for
# other platforms; without the root's own development tools nobody misses them.
RUN npm pkg delete devDependencies optionalDependencies

FROM manifests AS shop-dependencies
RUN npm ci --omit=dev --omit=optional \
  --workspace=services/gateway --workspace=services/checkout --workspace=services/inventory --workspace=services/payment

FROM ${NODE_IMAGE} AS shop
ENV NODE_ENV=production
WORKDIR /playground
COPY --from=shop-dependencies /playground/node_modules node_modules
COPY services services
USER 1000:1000

FROM manifests AS agent-dependencies
RUN npm ci --omit=dev --omit=optional --workspace=agent/builtin

FROM ${NODE_IMAGE} AS agent
ENV NODE_ENV=production
WORKDIR /playground
COPY --from=agent-dependencies /playground/node_modules node_modules
COPY protocol protocol
COPY agent/builtin agent/builtin
USER 1000:1000
ENTRYPOINT ["node", "--max-semi-space-size=1", "--v8-pool-size=1", "agent/builtin/src/main.ts"]

FROM manifests AS backend-dependencies
RUN npm ci --omit=dev --omit=optional --workspace=backend

FROM ${NODE_IMAGE} AS backend
ENV NODE_ENV=production BACKEND_HOST=0.0.0.0 ALLOWED_HOSTS=loki,tempo,prometheus,backend
WORKDIR /playground
COPY --from=backend-dependencies /playground/node_modules node_modules
COPY protocol protocol
COPY backend backend
USER 1000:1000
ENTRYPOINT ["node", "--max-semi-space-size=4", "backend/src/main.ts"]

# The page is built by what the console names as development dependencies; the server needs only what the page leaves behind.
FROM manifests AS console-dependencies
RUN npm ci --workspace=console
COPY tsconfig.json ./
COPY console console
RUN npm run build --workspace=console && npm prune --omit=dev --workspace=console

FROM ${NODE_IMAGE} AS console
ENV NODE_ENV=production CONSOLE_HOST=0.0.0.0
WORKDIR /playground
COPY --from=console-dependencies /playground/node_modules node_modules
COPY console/package.json console/
COPY console/server console/server
COPY --from=console-dependencies /playground/console/dist console/dist
USER 1000:1000
ENTRYPOINT ["node", "--max-semi-space-size=1", "--v8-pool-size=1", "console/server/main.ts"]
