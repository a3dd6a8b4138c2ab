# PulseCheck's programs as images. Targets: `api`, `worker` (one program each), `prod` (the one that PROGRAM names),
# `pulsecheck` (everything in one container, with its own PostgreSQL) and `dev` (the toolchain, for mounted sources).
ARG PROGRAM=api
# release, or quick: compiled in a fraction of the time after a change, without optimisation across crates.
ARG PROFILE=release

FROM rust:1.95.0-bookworm AS toolchain
WORKDIR /src
ENV CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0

# Hot reload: docker-compose.dev.yml mounts the repository here and keeps what is built in volumes.
FROM toolchain AS dev
RUN mkdir -p /target /cargo /run/pulsecheck && chown 1000:1000 /target /cargo /run/pulsecheck
# The toolchain that is here, whatever else the mounted rust-toolchain.toml would bring.
ENV RUSTUP_TOOLCHAIN=1.95.0 CARGO_HOME=/cargo CARGO_TARGET_DIR=/target CARGO_INCREMENTAL=1 HOST_ALIAS=host.docker.internal
USER 1000:1000
ENTRYPOINT ["scripts/dev-program"]
CMD ["api"]

# Only what names dependencies, so that the layer which builds them lasts until one of them changes.
FROM toolchain AS manifests
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY crates crates
RUN find crates -type f ! -name Cargo.toml ! -path '*/benches/*' -delete \
  && for crate in crates/*/; do mkdir -p "${crate}src" && touch "${crate}src/lib.rs"; done

FROM toolchain AS dependencies
ARG PROFILE
COPY --from=manifests /src ./
RUN cargo build --profile "$PROFILE" --target-dir /target --locked --workspace --exclude bench --exclude test-support

FROM dependencies AS sources
COPY crates crates
COPY migrations migrations

# As published: from what is here and nothing else. The empty sources above look newer to cargo than real ones that were written
# earlier: touch says otherwise.
FROM sources AS programs-release
RUN find crates -name '*.rs' -exec touch {} + \
  && cargo build --release --target-dir /target --locked --workspace --exclude bench --exclude test-support --bin api --bin worker \
  && mkdir /out && cp /target/release/api /target/release/worker /out

FROM sources AS programs-quick
COPY scripts/images scripts/images
RUN --mount=type=cache,id=pulsecheck-programs,target=/kept,sharing=locked scripts/images/build-quick api worker

# One of the two above.
# hadolint ignore=DL3006
FROM programs-${PROFILE} AS programs

FROM node:22-bookworm-slim AS web
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-fund --no-audit --loglevel=error
COPY frontend ./
RUN npm run --silent build

FROM programs-release AS whole-release
COPY --from=web /src/frontend/dist frontend/dist
RUN cargo build --release --target-dir /target --locked --workspace --exclude bench --exclude test-support --bin pulsecheck \
  && cp /target/release/pulsecheck /out

FROM programs-quick AS whole-quick
COPY --from=web /src/frontend/dist frontend/dist
RUN --mount=type=cache,id=pulsecheck-programs,target=/kept,sharing=locked scripts/images/build-quick pulsecheck

# hadolint ignore=DL3006
FROM whole-${PROFILE} AS whole

# What a program of ours needs of a system: the C library, certificate authorities, names of users, a folder for the moment.
# No shell, no package manager.
FROM toolchain AS system
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN mkdir -p /system/tmp /system/etc/ssl/certs /system/run/pulsecheck \
  && chmod 1777 /system/tmp \
  && for library in $(ldd "$(command -v bash)" | grep -oE '/[^ ]+/(libc\.so\.6|ld-linux[^ ]*)' | sort -u) \
       "$(gcc -print-file-name=libgcc_s.so.1)" "$(gcc -print-file-name=libm.so.6)"; do \
       path=$(realpath -s "$library"); mkdir -p "/system$(dirname "$path")"; cp -L "$library" "/system$path"; done \
  && cp -L /etc/ssl/certs/ca-certificates.crt /system/etc/ssl/certs/ \
  && echo 'pulsecheck:x:1000:1000:PulseCheck:/tmp:/usr/sbin/nologin' >/system/etc/passwd \
  && echo 'pulsecheck:x:1000:' >/system/etc/group \
  && echo 'hosts: files dns' >/system/etc/nsswitch.conf \
  && chown 1000:1000 /system/run/pulsecheck

FROM scratch AS runtime
COPY --from=system /system /
ARG VERSION=0.1.0
ARG REVISION=unknown
ENV PATH=/usr/local/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
LABEL org.opencontainers.image.source="https://github.com/pulsecheck/pulsecheck" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 1000:1000

FROM runtime AS api
COPY --from=programs /out/api /usr/local/bin/api
LABEL org.opencontainers.image.title="PulseCheck API"
EXPOSE 8000 9090
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["api", "health"]
ENTRYPOINT ["api"]
CMD ["serve"]

FROM runtime AS worker
COPY --from=programs /out/worker /usr/local/bin/worker
LABEL org.opencontainers.image.title="PulseCheck worker"
ENV HEARTBEAT_FILE=/tmp/healthy
EXPOSE 9091
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["worker", "health"]
ENTRYPOINT ["worker"]

# PostgreSQL's server with the libraries it links to, without the compiler it would bring for its just-in-time code; and a
# library that gives a name to whatever user number the container runs as, which initdb insists on.
FROM postgres:16-bookworm AS database
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /
# The library comes from the same release of Debian as everything else here.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libnss-wrapper && rm -rf /var/lib/apt/lists/* \
  && mkdir /system \
  && cp -a --parents usr/lib/postgresql/16 usr/share/postgresql/16 usr/lib/*-linux-gnu/libnss_wrapper.so* /system \
  && rm -rf /system/usr/lib/postgresql/16/lib/bitcode /system/usr/lib/postgresql/16/lib/llvmjit* \
  && find /system/usr/lib/postgresql/16/bin -type f ! -name postgres ! -name initdb -delete \
  && ldd usr/lib/postgresql/16/bin/postgres usr/lib/postgresql/16/bin/initdb usr/lib/*-linux-gnu/libnss_wrapper.so \
     | grep -oE '=> /[^ ]+' | cut -c 4- | sort -u | grep -vE '/(libc|libm|ld-linux[^/]*)\.so|^/usr/lib/postgresql' \
     | while read -r library; do mkdir -p "/system/usr/lib/pulsecheck"; cp -L "$library" /system/usr/lib/pulsecheck/; done \
  && if [ -d usr/share/zoneinfo ]; then cp -a --parents usr/share/zoneinfo /system; fi

FROM debian:bookworm-slim AS pulsecheck
COPY --from=database /system /
COPY --from=system /system/etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN echo /usr/lib/pulsecheck >/etc/ld.so.conf.d/pulsecheck.conf && ldconfig \
  && echo 'pulsecheck:x:1000:1000:PulseCheck:/data:/usr/sbin/nologin' >>/etc/passwd \
  && echo 'pulsecheck:x:1000:' >>/etc/group \
  && mkdir /data && chown 1000:1000 /data && chmod 1777 /data
COPY --from=whole /out/pulsecheck /usr/local/bin/pulsecheck
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="PulseCheck" \
      org.opencontainers.image.source="https://github.com/pulsecheck/pulsecheck" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV DATA_DIR=/data LISTEN_ADDR=0.0.0.0:3080 HOST_ALIAS=host.docker.internal PG_BIN_DIR=/usr/lib/postgresql/16/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 1000:1000
VOLUME /data
EXPOSE 3080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["pulsecheck", "health"]
ENTRYPOINT ["pulsecheck"]
CMD ["serve"]

# One of the stages above.
# hadolint ignore=DL3006
FROM ${PROGRAM} AS prod
