# syntax=docker/dockerfile:1
#
#   docker build -t trailhound .
#   docker run --rm --read-only -v "$PWD/logs:/logs:ro" trailhound replay /logs
#   docker run --read-only -v "$PWD/config:/config:ro" -v trailhound:/state -p 127.0.0.1:9464:9464 \
#       trailhound watch --config /config/trailhound.toml --state /state/trailhound.db
#
# The volume for the state must belong to user 65532. For the status page set [health] listen = "0.0.0.0:9464".
#
# For arm64 build on an arm64 machine, or with `docker buildx build --platform linux/arm64`: both base
# images exist for it and nothing here names an architecture.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The cache mounts keep the registry and the compiled dependencies from one build to the next.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin trailhound && cp target/release/trailhound /trailhound

# glibc and CA roots, no shell and no package manager; runs as user 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /trailhound /usr/local/bin/trailhound
USER nonroot
# glibc keeps memory for each thread otherwise, some 18 MiB of it in a watch.
ENV MALLOC_ARENA_MAX=1
# Only a watch writes to disk, and only its state: the root file system can be read-only.
ENTRYPOINT ["/usr/local/bin/trailhound"]
CMD ["--help"]
