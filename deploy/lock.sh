#!/usr/bin/env bash
# Resolve deploy/production.in anew, on top of requirements/run.lock (needs uv). What run.lock holds
# already is left out, so that each version is pinned in one place; what requirements/dev.lock holds
# has the same version, so that `make system` can add this lock to the tests' environment.
set -euo pipefail
cd "$(dirname "$0")/.."
held=$(sed -nE 's/^([A-Za-z0-9._-]+)(\[[^]]*\])?==.*/--no-emit-package \1/p' requirements/run.lock)
# shellcheck disable=SC2086 # one word a package is meant
uv pip compile --python-version 3.11 --universal --generate-hashes --no-strip-extras --no-header \
  --no-emit-index-url --no-annotate -q -c requirements/dev.lock $held \
  deploy/production.in -o deploy/production.lock
