# make demo   set everything up in .venv and audit the example networks
# make test   set everything up in .venv and pass all tests
# make recipes  try docs/recipes with the tools they are for, in environments of their own
# make docs   build the documentation site into site/
# make web    put in place what the workbench takes from npm
# make closure  work out anew what follows from the catalogue, after a change to it

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types wheel clean closure docs recipes web

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

demo: .venv/ready
	@for design in metro-ring leaf-spine bidi-plant campus article netbox; do \
	    echo; echo "== examples/$$design"; \
	    $(BIN)/opticgraph audit examples/$$design --fail-on never || exit 1; \
	done

test: .venv/ready
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Dagster and DataHub bring much, and their own versions of it.
build/recipes/ready: pyproject.toml
	$(PYTHON) -m venv build/recipes/dagster
	$(PYTHON) -m venv build/recipes/datahub
	build/recipes/dagster/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/recipes/dagster/bin/python -m pip install --quiet --editable . --group test --group recipes
	build/recipes/datahub/bin/python -m pip install --quiet acryl-datahub
	touch $@

recipes: build/recipes/ready
	OPTICGRAPH_DATAHUB=$(CURDIR)/build/recipes/datahub/bin/python \
	    build/recipes/dagster/bin/python -m pytest -p no:cacheprovider tests/test_recipes.py

lint: .venv/ready
	$(BIN)/ruff check engine tests benchmarks docs
	$(BIN)/ruff format --check engine tests benchmarks docs

types: .venv/ready
	$(BIN)/mypy

wheel: .venv/ready
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

docs: .venv/ready
	$(BIN)/python docs/stage.py build/pages
	$(BIN)/zensical build --strict --clean

clean:
	rm -rf .venv dist build site

closure: .venv/ready
	$(BIN)/python -c "from opticgraph.knowledge import ship; ship()"

WEB := engine/opticgraph/serve/static/vendor
web:
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	mkdir -p $(WEB)
	cp web/node_modules/cytoscape/dist/cytoscape.min.js web/node_modules/@zazuko/yasgui/build/yasgui.min.js \
	    web/node_modules/@zazuko/yasgui/build/yasgui.min.css $(WEB)
	cd web && node notices.mjs > ../$(WEB)/NOTICES.txt
