# Renoz: what a developer and CI run. The work is done by scripts/.

FUZZTIME ?= 10s
PROGRAM  := renoz

.DEFAULT_GOAL := help
.PHONY: help setup generate check lint imports test test-race bench fuzz build clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what tests need and is missing: Chromium, PostgreSQL, npm packages
	@scripts/setup

generate: setup ## write generated code again: queries, pages, assets
	go generate ./...

build: ## build ./renoz
	CGO_ENABLED=0 go build -trimpath -o $(PROGRAM) ./cmd/renoz

test: setup ## run all tests on both databases, with simulators and browsers
	scripts/test

test-race: setup ## the same with the race detector
	RACE=1 scripts/test

lint: ## gofmt, go vet, staticcheck, gosec, govulncheck
	scripts/lint

imports: ## the import rules alone
	go test ./internal/imports

check: setup ## all that CI checks: generated code, lint, import rules, tests with the race detector
	scripts/check-generated
	scripts/lint
	go test ./internal/imports
	RACE=1 scripts/test

bench: setup ## run the benchmarks, webhooks against the built program, and pages in a browser
	scripts/with-postgres go test -run '^$$' -bench . -benchmem -timeout 30m ./...
	go run ./internal/loadtest
	RENOZ_TEST_PAINT=1 go test ./internal/walltest -run TestPages/budget -v

fuzz: ## run each fuzz target for FUZZTIME
	FUZZTIME=$(FUZZTIME) scripts/fuzz

clean: ## remove what was built; data stays
	rm -rf bin $(PROGRAM)
