# Fallkit: `make demo` shows what it does, `make test` shows that it works.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# What the build and the tests (ffmpeg) need from Debian or Ubuntu.
APT  := g++ pkg-config libopencv-dev libopenblas-dev ffmpeg
GSTREAMER := python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
GO   ?= go
DEMO ?= demo
FALLKIT_DATA ?= ../shared/data
export OPENCV_LOG_LEVEL ?= ERROR

.PHONY: help setup packages weights build demo test test-browser browser test-gstreamer race soak soak-falls bench bench-engine bench-pose bench-gate gate-clips bench-tracking bench-train false-people numbers benchmarks base card lint check clean
.PHONY: deb deb-arm64 deb-test faults
.PHONY: use made open
.PHONY: soak-watch bench-watch

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## /\1\t/' | expand -t 18

setup: packages weights ## install what is missing: packages, Go modules, pose networks

packages:
	@command -v $(GO) >/dev/null || { echo "Go 1.26 is missing: install it from the Go project, then run make again"; exit 1; }
	@$(GO) list -m >/dev/null 2>&1 || { echo "Go 1.26 is needed, and this is $$($(GO) version): install a newer one, then run make again"; exit 1; }
	@missing=""; \
	command -v g++ >/dev/null && command -v ffmpeg >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists opencv4 openblas || missing="$(APT)"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	if [ -n "$$missing" ]; then \
	  [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ] || { echo "these packages are missing, and only root can install them:$$missing"; exit 1; }; \
	  echo "installing $$missing with what they need (about 1.4 GB; a minute or two)"; \
	  log=$$(mktemp); \
	  { $(SUDO) apt-get update && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; } >"$$log" 2>&1 \
	    || { tail -n 20 "$$log"; echo "apt-get failed; all it said is in $$log"; exit 1; }; \
	  rm -f "$$log"; \
	fi
	@$(GO) mod download

weights: build
	@bin/falltrain pull
	@bin/falltrain pull --runtime onnxruntime || echo "going on without ONNX Runtime: OpenCV runs the pose networks, at half the speed"

build: packages ## bin/falltrain
	@mkdir -p bin
	$(GO) build -o bin/ ./cmd/...

demo: setup ## generated clips, poses, training, evaluation, detection: a few minutes
	bin/falltrain simulate --clips 48 --seed 1 --out $(DEMO)/train
	bin/falltrain simulate --clips 24 --seed 2 --out $(DEMO)/test
	bin/falltrain extract $(DEMO)/train
	bin/falltrain extract $(DEMO)/test
	@rm -rf $(DEMO)/run $(DEMO)/found
	bin/falltrain fit $(DEMO)/train --out $(DEMO)/run
	bin/falltrain evaluate $(DEMO)/test --model $(DEMO)/run/best.safetensors --json $(DEMO)/result.json --report $(DEMO)/report.html
	bin/falltrain detect $$(ls $(DEMO)/test/videos/fall-*.mp4 | head -n 1) --model $(DEMO)/run/best.safetensors --out $(DEMO)/found
	@echo; echo "Look at:"; echo "  $(DEMO)/report.html"; ls $(DEMO)/found/*.mp4 $(DEMO)/found/*.png | sed 's/^/  /'

test: setup ## every test
	$(GO) test -timeout 30m ./...

test-browser: browser ## the pages of reports, of click and of fallwatch in a real browser; PAGES= looks at other reports, too
	@GO=$(GO) tools/browser/test.sh $(abspath $(PAGES))

browser: packages
	@if [ -x /usr/bin/chromium ]; then :; else \
	  [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ] || { echo "chromium is missing, and only root can install it"; exit 1; }; \
	  echo "installing chromium"; log=$$(mktemp); \
	  { $(SUDO) apt-get update && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >"$$log" 2>&1 \
	    || { tail -n 20 "$$log"; echo "apt-get failed; all it said is in $$log"; exit 1; }; \
	  rm -f "$$log"; \
	fi
	@cmp -s tools/browser/package-lock.json tools/browser/node_modules/.of || { npm ci --prefix tools/browser --no-audit --no-fund --ignore-scripts && cp tools/browser/package-lock.json tools/browser/node_modules/.of; }

test-gstreamer: setup ## cameras against GStreamer's RTSP server, which it installs
	@/usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null \
	  && [ -n "$$(find /usr/lib -name libgstx264.so -print -quit)" ] && [ -n "$$(find /usr/lib -name libgstrtpmanager.so -print -quit)" ] \
	  || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(GSTREAMER) >/dev/null; }
	$(GO) test -count=1 -tags gstreamer -run GStreamer ./pose/vision

race: setup ## every test under the race detector
	$(GO) test -race -timeout 30m ./...

soak: setup ## a million frames of a camera as fast as they can be had: memory must stay flat (ten minutes)
	FALLKIT_SOAK=$${FALLKIT_SOAK:-1000000} $(GO) test -count=1 -tags matprofile -run '^TestSoak$$' -v -timeout 4h ./pose/vision

soak-falls: packages ## some hundreds of generated falls: joints' limits, sinking, how often the head hits (a minute)
	FALLKIT_SOAK_FALLS=$${FALLKIT_SOAK_FALLS:-40} $(GO) test -count=1 -run '^TestFallsSoak$$' -v -timeout 1h ./data/simulate/motion

soak-watch: setup ## docs/soak.md: 30 generated camera-days through the daemon's pipeline (half an hour of processor time)
	FALLKIT_SOAK_WATCH=$${FALLKIT_SOAK_WATCH:-30} FALLKIT_SOAK_WATCH_PAGE=$(abspath docs/soak.md) nice $(GO) test -count=1 -run '^TestSoakWatch$$' -v -timeout 6h ./cmd/fallwatch

bench-watch: setup ## what the daemon costs before cameras: processor, memory, start, time to a webhook (six minutes)
	$(GO) test -run '^$$' -bench '^BenchmarkWatch$$' -benchtime 1x -timeout 60m ./cmd/fallwatch

bench: setup ## every benchmark
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-engine: setup ## a picture's poses in OpenCV and in ONNX Runtime, by turns
	$(GO) test -run '^$$' -bench 'Engine' -benchtime 100x ./pose/vision

bench-gate: setup ## the closed motion gate, beside shrinking the same picture
	$(GO) test -run '^$$' -bench 'Gate' -benchtime 2000x ./pose/vision

gate-clips: setup ## which frames with people the motion gate loses, in ten of the clips in FALLKIT_DATA
	FALLKIT_DATA=$(abspath $(FALLKIT_DATA)) FALLKIT_GATE='le2i/videos/home01-09.mp4 le2i/videos/home01-1[1245].mp4 le2i/videos/home02-36.mp4 product_tests/*.mp4' \
	  $(GO) test -count=1 -v -run TheMotionGateLosesNobodyReal ./cmd/falltrain

bench-tracking: setup ## trackers on scenes whose truth is known, drawn ones too, and on the falls in FALLKIT_DATA
	FALLKIT_DATA=$(abspath $(FALLKIT_DATA)) $(GO) test -count=1 -run 'Tracking' -bench . -v ./internal/tracktest -rooms 8 -rendered -timeout 30m

bench-pose: setup ## what each profile of poses costs, beside the bare networks and the arithmetic limit (many minutes)
	FALLKIT_BENCH_POSE=all $(GO) test -run '^$$' -bench PoseTable -benchtime 1x -timeout 60m ./pose/vision

bench-train: setup ## a training step beside PyTorch's (needs Debian's python3-torch)
	$(GO) test -run '^$$' -bench 'Torch' -benchtime 30x ./model/graph

VTEST ?= /usr/share/doc/opencv-doc/examples/data/vtest.avi
false-people: setup ## people found in frames that show none: drawn rooms, and a street (Debian's opencv-doc)
	@[ -f $(VTEST) ] || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends opencv-doc >/dev/null; }
	bin/falltrain pose-false --people-move $(VTEST)
	bin/falltrain pose-false --rooms 60

MADE := --also runs/made/train,runs/made/hard,runs/made/long-day
made: setup ## the generated poses that models/base and models/open learn from, in runs/made
	bin/falltrain simulate --poses --preset train --clips 600 --seed 33 --out runs/made/train
	bin/falltrain simulate --poses --preset hard --clips 300 --seed 32 --out runs/made/hard
	bin/falltrain simulate --poses --preset long-day --hours 6 --seed 31 --out runs/made/long-day

numbers: made ## the README's tables, from the clips in FALLKIT_DATA: three seeds (ten minutes)
	bin/falltrain extract $(FALLKIT_DATA)
	@mkdir -p runs/numbers
	for seed in 1 2 3; do \
	  bin/falltrain evaluate $(FALLKIT_DATA) --folds dataset --only dataset=le2i,dataset=urfd --seed $$seed $(MADE) --json runs/numbers/dataset-$$seed.json --report runs/numbers/dataset-$$seed.html || exit 1; \
	done
	bin/falltrain evaluate $(FALLKIT_DATA) --folds camera --only dataset=le2i $(MADE) --json runs/numbers/camera-1.json --report runs/numbers/camera-1.html

use: setup ## what generated clips are good for, tested on the clips in FALLKIT_DATA (an hour)
	bin/falltrain extract $(FALLKIT_DATA)
	FALLKIT_DATA=$(FALLKIT_DATA) tools/use.sh

benchmarks: setup ## docs/benchmarks.md, from the clips in FALLKIT_DATA (an hour or two)
	FALLKIT_DATA=$(FALLKIT_DATA) tools/benchmarks.sh

base: numbers ## models/base and its card, from the clips in FALLKIT_DATA and generated ones
	bin/falltrain fit $(FALLKIT_DATA) $(MADE) --out runs/base
	cp runs/base/best.safetensors models/base/base.safetensors
	$(GO) test ./model -run Shipped -update
	$(MAKE) card

card: build ## models/base/MODEL_CARD.md, with the figures that make numbers left
	bin/falltrain card models/base/base.safetensors --data $(FALLKIT_DATA),runs/made/train,runs/made/hard,runs/made/long-day --sources models/sources.csv --notes models/base/notes.md \
	  --results $$(ls runs/numbers/*.json | paste -sd, -) --out models/base/MODEL_CARD.md

open: made ## models/open and its card, from generated clips and nothing else; FALLKIT_DATA only measures it
	bin/falltrain extract $(FALLKIT_DATA)
	bin/falltrain fit runs/made/train --also runs/made/hard,runs/made/long-day --out runs/open
	cp runs/open/best.safetensors models/open/open.safetensors
	bin/falltrain evaluate $(FALLKIT_DATA) --model models/open/open.safetensors --json runs/open/real.json
	bin/falltrain card models/open/open.safetensors --data runs/made/train,runs/made/hard,runs/made/long-day --sources models/sources.csv --notes models/open/notes.md \
	  --results runs/open/real.json --out models/open/MODEL_CARD.md

deb: setup ## dist/fallwatch_VERSION_ARCH.deb, the daemon's Debian package
	@command -v dpkg-shlibdeps >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dpkg-dev >/dev/null; }
	@GO=$(GO) tools/deb/build.sh

deb-arm64: setup ## the same for arm64, built in a chroot (root; debootstrap; 2 GB)
	@command -v debootstrap >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null; }
	@GO=$(GO) $(SUDO) tools/deb/arm64.sh

deb-test: deb ## the package on a clean Debian that boots (root; debootstrap, systemd-container): a few minutes
	@command -v debootstrap >/dev/null && command -v systemd-nspawn >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap systemd-container >/dev/null; }
	@GO=$(GO) $(SUDO) tools/deb/test.sh dist/fallwatch_*_$$(dpkg --print-architecture).deb

faults: setup ## docs/reliability.md: what the daemon withstands, each fault many times (half an hour)
	nice $(GO) run ./internal/faultpage

lint: packages ## formatting, vet and golangci-lint
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files"; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...

check: lint test race ## all that must pass before a change is handed in

clean: ## remove what the other targets made here
	rm -rf bin dist $(DEMO)
