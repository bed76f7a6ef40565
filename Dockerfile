# syntax=docker/dockerfile:1
# The playground, then the binary with the playground inside, then a small image that runs it as nobody special.

FROM node:22-bookworm-slim AS playground
WORKDIR /src/playground
COPY playground/ ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-progress && npm run --silent build

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=playground /src/playground/dist playground/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --package brandgraph && cp target/release/brandgraph /brandgraph

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home brandgraph
COPY --from=build /brandgraph /usr/local/bin/brandgraph
USER brandgraph
ENV BRANDGRAPH__HTTP__LISTEN=0.0.0.0:8080 BRANDGRAPH__LOG__FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["brandgraph"]
CMD ["serve"]
