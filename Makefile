# What people do with Waymark. `make help` lists it. Works with the make 3.81 of macOS.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# rustup puts cargo here; a terminal opened before that does not know it yet.
export PATH := $(PATH):$(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin

target := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)

# Passed on: to `waymark serve` by run and dev, to the test runner by test.
ARGS ?=
T ?=

# An empty embedded database is filled with sample data; a database of your own (DATABASE_URL) never is.
serve := serve $(if $(DATABASE_URL),,--demo) $(ARGS)

.PHONY: help run dev test bench lint lint-deps release clean-data

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and start with sample data (ARGS="--listen 127.0.0.1:9000")
	@scripts/setup.sh run
	cargo build --locked
	@exec $(target)/debug/waymark $(serve)

dev: ## The same, rebuilt and restarted whenever a file is saved
	@scripts/setup.sh run
	@exec scripts/dev.sh $(serve)

test: ## Run every test; installs a browser and its driver if missing (T="channels::" narrows)
	@scripts/setup.sh test
	@exec scripts/test.sh $(T)

bench: ## Measure the release build on 100,000 members and 1,000,000 messages (ARGS="--seconds 3 poll" narrows)
	@scripts/setup.sh run
	cargo bench --locked --bench portal -- $(ARGS)

lint: ## Check format, code, templates, styles, scripts, licences and advisories
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	scripts/lint-assets.sh
	scripts/lint-deps.sh

lint-deps: ## Install cargo-deny, with which `make lint` checks licences and advisories
	@scripts/lint-deps.sh --install

release: ## Build the binary to deploy: target/release/waymark
	@scripts/setup.sh run
	cargo build --locked --release
	@ls -l $(target)/release/waymark

clean-data: ## Throw away ./data: the embedded database, uploads and secrets (asks first)
	@scripts/clean-data.sh
