# Tasks of a contributor: docs/pages/contribute/set-up.md explains them.
.PHONY: help dev test test-fast coverage lint docs bench

help:
	@echo "make dev        the environment .venv-dev: no TensorFlow, no torch"
	@echo "make test-fast  fast tests, about two minutes, in .venv-dev"
	@echo "make coverage   the same, and their coverage of the package, about four minutes"
	@echo "make lint       style, format, types, imports and spelling, in .venv-dev"
	@echo "make test       every check and test, in .venv-test (2.4 GB)"
	@echo "make docs       the generated pages again, then the manual in build/site"
	@echo "make bench      the benchmarks, next to IMPSY"

dev:
	. scripts/lib.sh && need_python && make_environment .venv-dev -e '.[dev]'

test:
	./scripts/test

test-fast:
	./scripts/test --fast

coverage:
	./scripts/test --coverage

lint:
	./scripts/lint

docs:
	./scripts/make-reference
	.venv-dev/bin/mkdocs build --strict -f docs/mkdocs.yml

bench:
	./scripts/bench/run
