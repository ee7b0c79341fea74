# syntax=docker/dockerfile:1
# Two stages: the first exports the models and builds the index with PyTorch, the second serves
# without it. docs/operations.md says how to run, back up and upgrade it.

FROM python:3.11-slim-bookworm AS build
# Where the small CPU build of PyTorch is offered; see the README. Empty: the large build with CUDA.
ARG PIP_EXTRA_INDEX_URL=
# What reaches an object store of snapshots, such as s3fs; see docs/snapshots.md.
ARG STORE_PACKAGE=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY knowledge knowledge
COPY index index
COPY bot bot
# What serves, apart: this folder goes into the second stage as it is.
RUN python -m venv /opt/rust-or-not \
    && /opt/rust-or-not/bin/pip install -c constraints.txt . $STORE_PACKAGE \
    && /opt/rust-or-not/bin/python -m compileall -q /opt/rust-or-not
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install -c constraints.txt '.[build]' \
    && /opt/build/bin/rust-or-not setup --data /seed

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="rust-or-not" \
      org.opencontainers.image.description="A Slack bot that answers \"should we use Rust here?\""
RUN groupadd --system --gid 10001 bot \
    && useradd --system --uid 10001 --gid bot --no-create-home --home-dir /data bot \
    && install -d -o bot -g bot /data
COPY --from=build /opt/rust-or-not /opt/rust-or-not
COPY --from=build /seed /seed
COPY --chmod=555 deploy/start /usr/local/bin/start
ENV PATH=/opt/rust-or-not/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RUST_OR_NOT_SEED=/seed \
    RUST_OR_NOT_DATA=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:3000/healthz', timeout=4)"]
ENTRYPOINT ["start"]
CMD ["rust-or-not", "serve", "--host", "0.0.0.0", "--port", "3000"]
