# syntax=docker/dockerfile:1
#
# The daemon, and whatever else the program does:
#
#   docker build -t trailhound .
#   docker run --rm --read-only -v "$PWD/logs:/logs:ro" trailhound replay /logs
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -e SQLITE_TMPDIR=/state \
#       -v "$PWD/config:/config:ro" -v trailhound:/state -p 127.0.0.1:9464:9464 \
#       trailhound watch --config /config/trailhound.toml --state /state/trailhound.db
#
# The volume for the state must belong to user 65532. For the status page set [health] listen = "0.0.0.0:9464".
#
# The zip file for Lambda, and the list of everything that is in the program (CycloneDX), into out/:
#
#   docker build --target lambda --output out .
#   docker build --target sbom --output out .
#
# For arm64 build on an arm64 machine, or with `docker buildx build --platform linux/arm64`: the base images
# exist for it and nothing here names an architecture.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The cache mounts keep the registry and the compiled dependencies from one build to the next.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin trailhound && cp target/release/trailhound /trailhound

# Amazon Linux 2023, which Lambda runs, has glibc 2.34: a program that asks for more would not start.
FROM build AS zip
RUN ! objdump -T /trailhound | grep -E 'GLIBC_2\.(3[5-9]|[4-9][0-9])'
RUN apt-get update && apt-get install --yes --no-install-recommends zip
RUN cp /trailhound bootstrap && chmod 755 bootstrap && zip -9 /trailhound.zip bootstrap

FROM scratch AS lambda
COPY --from=zip /trailhound.zip /

FROM build AS components
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo install cargo-cyclonedx --version 0.5.9 --locked
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo cyclonedx --format json --spec-version 1.5 --describe binaries && \
    mv trailhound_bin.cdx.json /trailhound.cdx.json

FROM scratch AS sbom
COPY --from=components /trailhound.cdx.json /

# glibc and CA roots, no shell and no package manager; runs as user 65532.
FROM gcr.io/distroless/cc-debian12:nonroot AS daemon
COPY --from=build /trailhound /usr/local/bin/trailhound
USER nonroot
# glibc keeps memory for each thread otherwise, some 18 MiB of it in a watch.
ENV MALLOC_ARENA_MAX=1
# Of a watch alone; whatever runs shorter has ended before it counts.
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 \
    CMD ["/usr/local/bin/trailhound", "probe"]
# Only a watch writes to disk, and only its state: the root file system can be read-only.
ENTRYPOINT ["/usr/local/bin/trailhound"]
CMD ["--help"]
