#!/usr/bin/env bash
# moto: an emulator of AWS APIs in memory (PyPI `moto[server]`), for S3, SQS, EventBridge, DynamoDB, Step Functions and Glue's catalog. What it says of
# Textract, Comprehend, Transcribe and Bedrock is canned or absent: for these there is `@groundwork/testing/aws`.
#   moto.sh start DIR PORT   installs on first use, starts, waits, prints http://127.0.0.1:PORT
#   moto.sh stop DIR
# Any credentials are taken. POST /moto-api/reset empties all state.
# Env: MOTO_VERSION (5.2.5), PYTHON (python3)
set -euo pipefail
verb=${1:?start|stop}; dir=${2:?DIR}
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
pidf=$dir/moto.pid
alive() { [ -s "$pidf" ] && kill -0 "$(cat "$pidf")" 2>/dev/null; }
if [ "$verb" = stop ]; then
  if alive; then p=$(cat "$pidf"); kill "$p"; for _ in $(seq 50); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done; kill -9 "$p" 2>/dev/null || true; fi
  rm -f "$pidf"; exit 0
fi
port=${3:?PORT}; url=http://127.0.0.1:$port
if alive; then echo "$url"; exit 0; fi
version=${MOTO_VERSION:-5.2.5}
venv=${XDG_CACHE_HOME:-$HOME/.cache}/groundwork/moto-$version
if [ ! -e "$venv/.done" ]; then
  rm -rf "$venv"; mkdir -p "$(dirname "$venv")"
  "${PYTHON:-python3}" -m venv "$venv" >&2
  "$venv/bin/pip" install -q --disable-pip-version-check "moto[server,s3,sqs,events,dynamodb,stepfunctions,glue,sns]==$version" >&2
  touch "$venv/.done"
fi
cd "$dir"
MOTO_S3_CUSTOM_ENDPOINTS="$url" S3_IGNORE_SUBDOMAIN_BUCKETNAME=true AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 \
  setsid nohup "$venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$dir/moto.log" 2>&1 </dev/null &
echo $! >"$pidf"
for _ in $(seq 300); do
  if curl -fs -o /dev/null --max-time 2 "$url/moto-api/data.json"; then echo "$url"; exit 0; fi
  alive || { echo "moto did not start:" >&2; tail -20 "$dir/moto.log" >&2; exit 1; }
  sleep 0.2
done
echo "moto did not answer in time" >&2; exit 1
