# Everything a day's work needs. `make help` lists it; the work itself is in scripts/.

# What scripts/ensure brings without touching the machine comes first.
export PATH := $(CURDIR)/.tools/node/bin:$(HOME)/.cargo/bin:$(PATH)
export CARGO_TERM_PROGRESS_WHEN ?= auto

.DEFAULT_GOAL := help
.PHONY: help run dev test check fmt lint openapi bench tools build web

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: tools ## Build PulseCheck and start it on http://localhost:8000
	@scripts/run

dev: tools ## The same with hot reload of the web app and restart on changes (http://localhost:5173)
	@scripts/dev

test: ## Run every check and test; the last line counts them
	@scripts/test

check: tools ## The quick look: types and lints of Rust and TypeScript
	cargo check --workspace --all-targets --quiet
	cd frontend && npm run --silent check

fmt: tools ## Format Rust and TypeScript
	cargo fmt --all
	cd frontend && npm run --silent fmt

lint: tools ## Every lint: formatting, clippy, rustdoc, shell, TypeScript
	@scripts/test lint

openapi: tools ## Make docs/openapi.json, docs/configuration.md and the typed client again from the code
	@scripts/generate

bench: tools ## Measure; writes the figures of docs/benchmarks.md
	@scripts/bench

tools: ## Install what is missing: compiler, Rust, Node.js, PostgreSQL's programs
	@scripts/ensure/compiler
	@scripts/ensure/rust
	@scripts/ensure/node
	@scripts/ensure/postgres >/dev/null
