# ce-bot in a container: `docker build -t ce-bot .`; compose.yml runs it with a read-only root file system.
#
# To pin the base image to the last byte, too:
#   docker build --build-arg PYTHON=3.13-slim-bookworm@sha256:... -t ce-bot .
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS built
WORKDIR /source
# What is installed into it is what the second stage takes over, and nothing else.
RUN python -m venv --without-pip /opt/ce-bot
# The libraries change rarely, so they make a layer of their own.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      >requirements.txt && \
    python -m pip --python /opt/ce-bot/bin/python install --no-cache-dir --disable-pip-version-check \
      --constraint constraints.txt --requirement requirements.txt
COPY . .
RUN python -m pip --python /opt/ce-bot/bin/python install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="ce-bot" \
      org.opencontainers.image.description="A Slack bot that keeps Atlassian certifications alive" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 ce-bot && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin ce-bot && \
    install --directory --owner=ce-bot --group=ce-bot --mode=0700 /data
COPY --from=built /opt/ce-bot /opt/ce-bot
# Only /data and /tmp are written to, whatever user it is run as. Tokens come with the environment of the container,
# never from here.
ENV PATH=/opt/ce-bot/bin:$PATH \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CE_BOT_DB=/data/ce-bot.db \
    CE_BOT_HOST=0.0.0.0 \
    CE_BOT_METRICS_PORT=9090
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ['CE_BOT_METRICS_PORT']), timeout=4); asked.request('GET', '/healthz'); sys.exit(asked.getresponse().status != 200)"]
ENTRYPOINT ["ce-bot"]
CMD ["run"]
