#!/usr/bin/env bash
# Make the secret files that docker-compose.yml mounts, each once, readable by their owner only:
#   deploy/hemmeligheder.sh [folder]        (as delivered: hemmeligheder/, which git ignores)
# A file that is there is kept. Needs bash and coreutils, no Python.
set -euo pipefail
umask 077
folder=${1:-$(dirname "$0")/../hemmeligheder}
mkdir -p "$folder"
chmod 700 "$folder"

hex() { head -c "$1" /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

once() { # name, text
  if [ -e "$folder/$1" ]; then
    chmod 600 "$folder/$1"
    echo "kept  $1"
    return
  fi
  printf '%s\n' "$2" >"$folder/.$1.ny"
  mv "$folder/.$1.ny" "$folder/$1"
  echo "made  $1"
}

once postgres_kodeord "$(hex 24)"
once pgpass "*:*:*:airflow:$(cat "$folder/postgres_kodeord")"
once redis_kodeord "$(hex 24)"
once celery_broker_url "redis://:$(cat "$folder/redis_kodeord")@redis:6379/0"
once jwt_secret "$(hex 64)"
once fernet_key "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
once api_secret_key "$(hex 32)"
# Airflow connections by name (.env.example shows two): {"beskplan_mail": {…}, "beskplan_webhook": {…}}
once forbindelser.json '{}'
once admin_kodeord "$(hex 12)"
# The stand-in's. Put the organisation's own key here: editor, or `cat >hemmeligheder/jobindsats_token`.
once jobindsats_token demo-uden-rettigheder
