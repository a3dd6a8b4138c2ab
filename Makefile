# Everything a day's work needs. `make help` lists it; the work itself is in scripts/.

# What scripts/ensure brings without touching the machine comes first.
export PATH := $(CURDIR)/.tools/node/bin:$(HOME)/.cargo/bin:$(PATH)
export CARGO_TERM_PROGRESS_WHEN ?= auto

.DEFAULT_GOAL := help
.PHONY: help run dev test check fmt lint openapi bench bench-web soak screenshots lighthouse tools compose-dev compose-prod compose-test backup restore upgrade-test release-dump advisories \
  cluster-up cluster-down cluster-pause cluster-resume build-images load-images deploy redeploy metrics-server

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

bench: tools ## Measure; writes docs/benchmarks.md (ONLY=looking), or QUICK=1 a first impression to target
	@scripts/bench

soak: tools ## An hour at load with restarts, or HOURS=0.2; a section of docs/benchmarks.md
	@ONLY=soak scripts/bench

screenshots: tools ## Take pictures of every page of the running program, the README's among them
	@scripts/screenshots

lighthouse: tools ## Ask Lighthouse and axe about every page; writes docs/lighthouse.md
	@scripts/lighthouse

bench-web: tools ## Measure the dashboard of 5,000 services in Chromium; writes its section of docs/benchmarks.md
	@scripts/bench-web

tools: ## Install what is missing: compiler, Rust, Node.js and, without DATABASE_URL, PostgreSQL's programs
	@scripts/ensure/compiler
	@scripts/ensure/rust
	@scripts/ensure/node
	@if [ -z "$$DATABASE_URL$$DATABASE_URL_FILE" ]; then scripts/ensure/postgres >/dev/null; fi

# ── Docker Compose ──────────────────────────────────────────────────────────────────────────────────────────────────

# What the images' labels say.
compose-prod: export VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
compose-prod: export REVISION = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)

compose-dev: ## Hot reload in containers, nothing installed here (http://localhost:3000)
	docker compose -f docker-compose.yml -f docker-compose.dev.yml up --build

compose-prod: ## The compose stack as a server runs it: port 80, limits, read-only
	docker compose -f docker-compose.yml -f docker-compose.prod.yml up --build --detach --wait

compose-test: ## Build every image and prove the main story and the network rules against Docker; needs an engine
	@scripts/compose-test

upgrade-test: tools ## Bring a dump of every past release to today's schema: DUMPS=folder
	cargo build --locked --workspace --bin api --quiet
	@scripts/with-services scripts/upgrade-test $(or $(DUMPS),dumps)

release-dump: tools ## What an installation of this version holds, for upgrade tests of later ones
	cargo build --locked --workspace --bin api --quiet
	@scripts/with-services scripts/release-dump

advisories: tools ## Known vulnerabilities of what we depend on; needs the network
	cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny check advisories
	cd frontend && npm audit --omit=dev --audit-level=high

backup: ## The compose stack's database and key into one file: make backup FILE=pulsecheck.tar.gz
	@scripts/compose-backup backup "$(FILE)"

restore: ## Put such a file back into the compose stack, which is stopped for it: make restore FILE=…
	@scripts/compose-backup restore "$(FILE)"

# ── A cluster of four nodes on this machine (kind) ──────────────────────────────────────────────────────────────────

include helm/versions.mk
KIND := kind
CLUSTER := pulsecheck
CONTEXT := kind-$(CLUSTER)
NAMESPACE ?= pulsecheck
RELEASE ?= pulsecheck
# What the chart calls its objects.
NAME = $(shell scripts/chart-name $(RELEASE))
TAG ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo local)
REGISTRY ?= pulsecheck.local
PARTS := frontend api worker
SECRETS := helm/pulsecheck/values-secrets.yaml
# Of its own: the file of another cluster, production's say, is never merged into or asked.
CLUSTER_KUBECONFIG := $(HOME)/.kube/pulsecheck-kind.yaml
KUBECTL := kubectl --context $(CONTEXT)
HELM := helm --kube-context $(CONTEXT)

cluster-up cluster-down cluster-pause cluster-resume: override export KUBECONFIG := $(CLUSTER_KUBECONFIG)
metrics-server load-images deploy redeploy: override export KUBECONFIG := $(CLUSTER_KUBECONFIG)

cluster-up: ## Make the kind cluster, where there is none yet, ingress and all, and deploy PulseCheck (http://pulsecheck.com by /etc/hosts)
	@scripts/need docker kind kubectl helm
	@if kind get clusters 2>/dev/null | grep -qx pulsecheck; then echo "The cluster is there already."; \
	else scripts/need port:80 port:443 && set -x && $(KIND) create cluster --config k8s/kind.yaml --wait 180s; fi
	$(KUBECTL) --namespace kube-system patch deployment coredns --patch-file k8s/coredns-patch.yaml
	$(HELM) upgrade --install ingress-nginx ingress-nginx --repo https://kubernetes.github.io/ingress-nginx \
	  --version $(INGRESS_NGINX) --namespace ingress-nginx --create-namespace --values helm/ingress-nginx/values-kind.yaml --wait
	@$(MAKE) --no-print-directory metrics-server deploy

metrics-server: ## Processor figures for the cluster's autoscaler
	@scripts/need kubectl helm
	$(HELM) upgrade --install metrics-server metrics-server --repo https://kubernetes-sigs.github.io/metrics-server \
	  --version $(METRICS_SERVER) --namespace kube-system --set 'args={--kubelet-insecure-tls}' --wait

cluster-down: ## Remove the kind cluster with everything in it
	@scripts/need kind
	$(KIND) delete cluster --name $(CLUSTER)

cluster-pause: ## Stop the cluster's nodes and keep what is in them
	@scripts/need docker kind
	docker stop $$($(KIND) get nodes --name $(CLUSTER))

cluster-resume: ## Start them again
	@scripts/need docker kind kubectl
	docker start $$($(KIND) get nodes --name $(CLUSTER))
	$(KUBECTL) wait --for=condition=Ready nodes --all --timeout=180s

build-images: ## Build the three images, tagged with the commit
	@scripts/need docker
	@for part in $(PARTS); do PROFILE=$${PROFILE:-quick} scripts/build-image $$part $(REGISTRY)/pulsecheck-$$part:$(TAG) || exit 1; done

load-images: build-images ## Build them and bring them into the cluster's nodes
	@scripts/need kind
	$(KIND) load docker-image --name $(CLUSTER) $(PARTS:%=$(REGISTRY)/pulsecheck-%:$(TAG))

deploy: load-images ## Install or upgrade PulseCheck in the kind cluster
	@scripts/need kubectl helm
	$(HELM) upgrade --install $(RELEASE) helm/pulsecheck --namespace $(NAMESPACE) --create-namespace \
	  $(if $(wildcard $(SECRETS)),--values $(SECRETS)) --set image.registry=$(REGISTRY) --set-string image.tag=$(TAG) \
	  --wait --timeout 10m

redeploy: load-images ## New images of uncommitted work under the same tag, and pods that run them
	@scripts/need kubectl
	$(KUBECTL) --namespace $(NAMESPACE) rollout restart deployment $(PARTS:%=$(NAME)-%)
	$(KUBECTL) --namespace $(NAMESPACE) rollout status deployment $(PARTS:%=$(NAME)-%) --timeout=10m
