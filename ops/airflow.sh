#!/usr/bin/env bash
# `make airflow`: Airflow on this machine, with the stand-in unless .env names a real key.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python -m beskplan.airflow_local "$@"
