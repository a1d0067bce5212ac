# Each target does its own set-up; a second call is instant.
#   make run     the simulated hospital in your browser (make run TAGS=5000 SPEED=10 SEED=2)
#   make test    every test, with a real browser and a real broker (make test ARGS="-k bus")
#   make check   style, types, import contracts
#   make ifc     what importing BIM models (IFC) and COBie workbooks needs
#   make bench   measured ratios
#   make fidelity   how well the twin knows the simulated hospital (make fidelity MINUTES=10 SEED=2 SURVEY=60)
#   make pins    write requirements*.txt anew from requirements*.in

PY := .venv/bin/python
ARGS ?=
export WARDLIGHT_DEMO_TAGS := $(or $(TAGS),$(WARDLIGHT_DEMO_TAGS))
export WARDLIGHT_DEMO_SPEED := $(or $(SPEED),$(WARDLIGHT_DEMO_SPEED))
export WARDLIGHT_DEMO_SEED := $(or $(SEED),$(WARDLIGHT_DEMO_SEED))

.PHONY: run test check ifc bench fidelity pins clean
.DEFAULT_GOAL := run

run: .venv/.run-ready
	@exec $(PY) -m twin run

test: .venv/.dev-ready
	@$(PY) scripts/run_tests.py $(ARGS)

check: .venv/.dev-ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports

ifc: .venv/.run-ready
	@scripts/venv.sh requirements.txt requirements-ifc.txt

bench: .venv/.dev-ready
	@missed=0; for file in benchmarks/[!_]*.py; do \
	  echo "== $$file"; PYTHONPATH=. $(PY) "$$file" || missed=1; done; exit $$missed

fidelity: .venv/.run-ready
	@$(PY) -m twin fidelity $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(SURVEY),--survey $(SURVEY)) $(ARGS)

pins: .venv/.dev-ready
	CUSTOM_COMPILE_COMMAND="make pins" $(PY) -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-emit-options --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make pins" $(PY) -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-emit-options --output-file requirements-ifc.txt requirements-ifc.in
	CUSTOM_COMPILE_COMMAND="make pins" $(PY) -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-emit-options --allow-unsafe \
	  --output-file requirements-dev.txt requirements-dev.in

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/.run-ready: requirements.txt scripts/venv.sh
	@scripts/venv.sh requirements.txt
	@echo "Compiling the positioning loops ..." >&2; $(PY) -m twin compile >/dev/null
	@touch $@

.venv/.dev-ready: requirements.txt requirements-ifc.txt requirements-dev.txt scripts/venv.sh
	@scripts/venv.sh requirements.txt requirements-ifc.txt requirements-dev.txt
	@$(PY) -m twin compile >/dev/null
	@touch .venv/.run-ready $@
