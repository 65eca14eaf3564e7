# Madoguchi. `make demo` and `make test` do all their own set-up on Debian or Ubuntu with Go and Node.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS   += --no-print-directory

VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEMO        ?=

# Two test runs at once on two cores only make each other late.
.NOTPARALLEL:
.PHONY: build netlab pages demo test test-go test-clients test-e2e lint sbom bench soak fuzz soak-failover soak-media soak-nodes soak-abuse clean help

help: ## List what can be made
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: pages ## Build bin/madoguchi with its pages inside
	@mkdir -p bin
	go build -ldflags '-s -w -X main.version=$(VERSION)' -o bin/madoguchi ./cmd/madoguchi

pages: ## Build the browser applications into clients/dist
	@.ci/setup build
	@.ci/pages

demo: build ## Start everything with sample data (DEMO='--lan' adds options)
	@exec bin/madoguchi demo $(DEMO)

test: ## Everything: lint, unit with -race against a real Redis, clients, real browsers
	@.ci/setup test
	@$(MAKE) build
	@$(MAKE) lint test-clients test-go test-e2e

test-go:
	.ci/gotest -race -timeout 15m ./...

test-clients:
	cd clients && npm test --silent

test-e2e:
	node clients/e2e/run.mjs

lint: ## gofmt, go vet, staticcheck, types and lint of the clients
	@.ci/setup build
	@unformatted=$$(git ls-files '*.go' | xargs -r gofmt -l); \
	  if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	cd clients && npm run --silent typecheck && npm run --silent lint
	@node .ci/sbom.mjs check

sbom: ## Lists of everything built in, with licences (CycloneDX), into bin/sbom
	@.ci/setup build
	@node .ci/sbom.mjs

bench: build netlab ## Benchmarks of all packages as a table (BENCH=Packet narrows it), 24,000 idle booths on one node, or as many as nofile lets (BENCH_SOCKETS), and admission in real browsers at length, sealed and in clear
	@.ci/bench
	@.ci/setup test
	bin/madoguchi loadtest sockets --sockets $(or $(BENCH_SOCKETS),0)
	node clients/e2e/run.mjs --bench

netlab: ## Build bin/netlab, bad lines for tests
	@mkdir -p bin
	go build -o bin/netlab ./cmd/netlab

soak: ## Tests over and over under -race (SOAK=20), fuzzing (FUZZ_TIME=1m each), 100,000 lives of an area in a model (SOAK_LIVES), Redis primaries lost (SOAK_FAILOVER=10 times each way), 5,000 rooms (SOAK_ROOMS) and 10,000 visits (SOAK_VISITS) opened and closed, an hour of load (SOAK_MEDIA=1h), every attack for a minute (SOAK_ABUSE=60)
	@.ci/setup test
	MADOGUCHI_SOAK=1000000 go test -run TestContested -timeout 60m -v ./booking/redisstore
	MADOGUCHI_MODEL=$(or $(SOAK_LIVES),100000) go test -run TestWhateverBreaks -timeout 30m -v ./signaling
	go test -race -count $(or $(SOAK),20) -timeout 60m ./...
	@$(MAKE) fuzz
	@$(MAKE) soak-failover
	@$(MAKE) soak-media
	@$(MAKE) soak-nodes
	@$(MAKE) soak-abuse

fuzz: ## Every fuzz target for FUZZ_TIME (1m), one after the other
	.ci/fuzz $(or $(FUZZ_TIME),1m) ./...

soak-failover: build ## Of these, Redis primaries killed, cut off and frozen under load, as root: nothing acknowledged may be lost (the control shows that a loss would be seen)
	bin/madoguchi loadtest failover --times 1 --control
	bin/madoguchi loadtest failover --times $(or $(SOAK_FAILOVER),10)

soak-media: build ## Of these, the load on a demo of its own: nothing may grow, everything must come back
	bin/madoguchi loadtest churn --rooms $(or $(SOAK_ROOMS),5000)
	bin/madoguchi loadtest visits --visits $(or $(SOAK_VISITS),10000)
	bin/madoguchi loadtest steady --duration $(or $(SOAK_MEDIA),1h)

soak-nodes: ## Of these, two signaling and two media nodes lost under a consultation in every way, as root (SOAK_NODES=10 times each): what people notice
	MADOGUCHI_SOAK_NODES=$(or $(SOAK_NODES),10) go test -run 'TestAConsultationOutlivesItsServers|TestABusyMediaNode' -timeout 30m -v ./cmd/madoguchi

soak-abuse: build ## Of these, floods, garbage, half-open connections and guesses beside a consultation, SOAK_ABUSE seconds each (ABUSE=stun,ws picks some): it must not notice
	bin/madoguchi loadtest abuse --seconds $(or $(SOAK_ABUSE),60) $(if $(ABUSE),--only $(ABUSE))

clean: ## Remove what was built
	rm -rf bin clients/node_modules
	find clients/dist -mindepth 1 ! -name .gitignore -delete
