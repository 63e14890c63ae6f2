# Every target sets up by itself what it needs (.ci/setup): nothing has to be installed by hand.
.DEFAULT_GOAL := help
.PHONY: help demo test check serve bench format clean

BIN := .venv/bin

help: ## ce que fait chaque cible / what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## installe tout et sert la ville de démonstration / install everything and serve the demo city
	@.ci/setup demo
	@exec $(BIN)/vigie demo up

test: ## installe tout, vérifie le code, lance les tests / install everything, check the code, run the tests
	@.ci/setup test
	@$(MAKE) --no-print-directory check
	@.ci/node-tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: ## style, types et sens des imports / style, types and direction of imports
	@test -e .venv/vigie-test || .ci/setup test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

serve: ## sert ce qui est installé ici / serve what is installed here
	@.ci/setup demo
	@exec $(BIN)/vigie serve

bench: ## mesure les rapports de docs/ / measure the ratios of docs/
	@.ci/setup test
	$(BIN)/python -m tests.bench

format: ## met le code en forme / format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## efface ce qui se refait (jamais var/) / delete what can be made again (never var/)
	rm -rf .venv node_modules tracker/web/static/vendor build dist *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find gis routing tracker tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find tracker -name '*.mo' -delete
