# One set of flags for every command: with the same flags SwiftPM reuses what another command built.
# -Xcc -O2 optimises the C code of the dependencies (BoringSSL) in debug builds too; without it hashing a password takes
# five times as long.
SWIFT_FLAGS = -Xcc -O2
CONFIGURATION ?= debug
DATA_DIR ?= data
LISTEN ?= 127.0.0.1:8080
CYCLES ?= 1000
LINK_CYCLES ?= 1000
CRASHES ?= 400
# One after the other: all at once, those that hash and compile keep the machine from those that watch clocks.
TEST_TARGETS = $(filter-out RelayTests,$(notdir $(wildcard Tests/*Tests)))
SWIFT_SOURCES = Shared Services Tests Package.swift

.DEFAULT_GOAL := help
.PHONY: help deps up build release test test-relay lint format bench bench-rpc bench-storage crash crash-smoke clean-data

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Variables: CONFIGURATION=$(CONFIGURATION) DATA_DIR=$(DATA_DIR) LISTEN=$(LISTEN) CYCLES=$(CYCLES) CRASHES=$(CRASHES) SEED= YES="

deps: ## Check what the build needs; install missing system packages where that is allowed
	@.ci/deps

up: build ## Build what is missing and start all services with demo data (Ctrl-C stops them)
	@exec .build/$(CONFIGURATION)/ibpipeline up --data-dir "$(DATA_DIR)" --demo --listen "$(LISTEN)"

build: deps ## Build all executables
	swift build -c $(CONFIGURATION) $(SWIFT_FLAGS)

release: ## Build all executables with optimisation
	@$(MAKE) --no-print-directory build CONFIGURATION=release

test: deps ## Build and run all tests
	swift build --build-tests $(SWIFT_FLAGS)
	@set -e; for target in $(TEST_TARGETS); do \
	    echo "== $$target"; swift test --skip-build $(SWIFT_FLAGS) --filter "^$$target\\."; \
	done
	Tests/Dissector/run

test-relay: export KAFKA_RELAY = 1
test-relay: deps ## Build the relay to Kafka and run its tests (needs librdkafka-dev and kcat)
	swift build --build-tests $(SWIFT_FLAGS)
	swift test --skip-build $(SWIFT_FLAGS) --filter '^RelayTests\.'

lint: ## Check the style of the code, the scripts, the compose stack and the manifests; changes nothing
	@.ci/lint $(SWIFT_SOURCES)

format: ## Rewrite the Swift code in the project's style
	swift format format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: deps ## Measure RPC, storage and the whole cluster beside their references (needs wrk and Go packages)
	Tests/Benchmarks/run

bench-rpc: deps ## The part of it that compares the RPC with gRPC
	Tests/Benchmarks/run --only rpc

bench-storage: deps ## The part of it that compares group commit with single commits
	Tests/Benchmarks/run --only storage

crash: build ## Kill services, cut links and the power, CYCLES times, and check that nothing promised is lost (SEED=N repeats)
	Tests/Crash/powerloss --probe .build/$(CONFIGURATION)/storage-probe --crashes $(CRASHES) $(if $(SEED),--seed $(SEED))
	Tests/Crash/links --probe .build/$(CONFIGURATION)/events-probe --cycles $(LINK_CYCLES) $(if $(SEED),--seed $(SEED))
	Tests/Crash/kill --binaries .build/$(CONFIGURATION) --cycles $(CYCLES) $(if $(SEED),--seed $(SEED))

crash-smoke: CYCLES = 50
crash-smoke: CRASHES = 60
crash-smoke: LINK_CYCLES = 200
crash-smoke: crash ## The short form of crash, a minute or two

clean-data: ## Delete DATA_DIR with all deals in it; asks first (YES=1 does not)
	@if [ ! -e "$(DATA_DIR)" ]; then echo "$(DATA_DIR): nothing to delete"; exit 0; fi; \
	if [ "$(YES)" != 1 ]; then \
	    printf 'Delete %s and everything in it? Type yes: ' "$(DATA_DIR)"; read -r answer; \
	    [ "$$answer" = yes ] || { echo "kept"; exit 1; }; \
	fi; \
	rm -rf -- "$(DATA_DIR)" && echo "$(DATA_DIR): deleted"
