# One image for every part of docker-compose.yaml: the locked packages, this package, the DAGs and the plugin.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY requirements-installer.txt requirements.txt ./
RUN python -m venv /opt/paloverde \
    && /opt/paloverde/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements-installer.txt \
    && /opt/paloverde/bin/uv pip sync --no-cache --python /opt/paloverde/bin/python --require-hashes \
       --compile-bytecode requirements.txt requirements-installer.txt
COPY pyproject.toml README.md LICENSE ./
COPY include include
COPY docs docs
RUN /opt/paloverde/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

# For backups: Debian 13 has the client of PostgreSQL 17, which is the server's version, and age.
FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends age postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --create-home paloverde \
    && install -d -o paloverde -g paloverde /var/lib/paloverde /var/lib/airflow /backups
COPY --from=build /opt/paloverde /opt/paloverde
COPY --chown=root:root dags /opt/city/dags
COPY --chown=root:root plugins /opt/city/plugins
# Whatever the umask was under which this project was fetched.
RUN chmod -R a+rX /opt/city
ENV PATH=/opt/paloverde/bin:$PATH \
    AIRFLOW_HOME=/var/lib/airflow \
    PALOVERDE_HOME=/var/lib/paloverde
USER paloverde
WORKDIR /var/lib/paloverde
