# syntax=docker/dockerfile:1

FROM python:3.13-slim-trixie AS build
WORKDIR /source
COPY requirements.lock pyproject.toml hatch_build.py README.md CHANGELOG.md LICENSE openapi.yaml ./
COPY scripts/dashboard.py scripts/dashboard.py
COPY dashboard dashboard
COPY sdk sdk
COPY server server
COPY adapters adapters
COPY generated generated
# The versions of the lock, which the tests ran with. pip takes no hashes beside a wheel of our own.
RUN sed -E -e '/^ *(#|--hash)/d' -e 's/ *\\$//' requirements.lock > /tmp/constraints.txt \
    && pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/awaithumans \
    && /opt/awaithumans/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt \
        "$(echo /wheels/awaithumans-*.whl)[server,otel,verifier-claude,verifier-openai,verifier-gemini,verifier-azure]"

FROM python:3.13-slim-trixie
RUN groupadd --system --gid 10001 awaithumans \
    && useradd --system --uid 10001 --gid awaithumans --home-dir /data --shell /usr/sbin/nologin awaithumans \
    && install --directory --owner awaithumans --group awaithumans --mode 700 /data
COPY --from=build /opt/awaithumans /opt/awaithumans
ENV PATH=/opt/awaithumans/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AWAITHUMANS_HOST=0.0.0.0 \
    AWAITHUMANS_PORT=3001 \
    AWAITHUMANS_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 3001
STOPSIGNAL SIGTERM
# A migration of a large database takes up to a minute or more; nothing is answered before.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5m --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['AWAITHUMANS_PORT']}/api/health\", timeout=4)"]
CMD ["awaithumans", "serve"]
