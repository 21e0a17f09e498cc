# mubiao in a small image: no root, nothing writable but the data. Build: docker build -t mubiao .
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY monitor monitor
COPY scrapers scrapers
COPY storage storage
RUN python -m venv /opt/mubiao && /opt/mubiao/bin/pip install --no-cache-dir -c constraints.txt '.[postgresql]'

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin mubiao \
 && install --directory --owner mubiao --group mubiao --mode 0700 /data /backups
COPY --from=build /opt/mubiao /opt/mubiao
ENV PATH=/opt/mubiao/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MUBIAO_CONFIG=/config/mubiao.toml MUBIAO_DATA=/data
USER 10001
WORKDIR /data
VOLUME /data /backups
STOPSIGNAL SIGTERM
# Docker only marks a sick container; a stuck mubiao ends itself, and the restart policy starts it again.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8710/ready', timeout=8)"]
ENTRYPOINT ["mubiao"]
CMD ["run", "--log", "json"]
