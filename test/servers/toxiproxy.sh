#!/usr/bin/env bash
# toxiproxy: a TCP proxy that delays, cuts off and resets, built from its Go module.
#   toxiproxy.sh start DIR PORT   builds on first use, starts, waits, prints the address of its control API, http://127.0.0.1:PORT
#   toxiproxy.sh stop DIR
# Env: TOXIPROXY_VERSION (v2.12.0: without a version the module proxy gives an old one)
set -euo pipefail
verb=${1:?start|stop}; dir=${2:?DIR}
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
pidf=$dir/toxiproxy.pid
alive() { [ -s "$pidf" ] && kill -0 "$(cat "$pidf")" 2>/dev/null; }
if [ "$verb" = stop ]; then
  if alive; then p=$(cat "$pidf"); kill "$p"; for _ in $(seq 50); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done; fi
  rm -f "$pidf"; exit 0
fi
port=${3:?PORT}; url=http://127.0.0.1:$port
if alive; then echo "$url"; exit 0; fi
version=${TOXIPROXY_VERSION:-v2.12.0}
bin=${XDG_CACHE_HOME:-$HOME/.cache}/groundwork/toxiproxy-$version
if [ ! -x "$bin/server" ]; then
  go=$(command -v go || true)
  for g in "${GOROOT:-}/bin/go" /usr/local/go/bin/go /usr/lib/go/bin/go "$HOME/go/bin/go" "$HOME/sdk/go/bin/go"; do [ -n "$go" ] || { [ -x "$g" ] && go=$g; } || true; done
  [ -n "$go" ] || { echo "no go found to build toxiproxy with" >&2; exit 3; }
  GOBIN="$bin" "$go" install "github.com/Shopify/toxiproxy/v2/cmd/server@$version" >&2
fi
setsid nohup "$bin/server" -host 127.0.0.1 -port "$port" >"$dir/toxiproxy.log" 2>&1 </dev/null &
echo $! >"$pidf"
for _ in $(seq 100); do
  if curl -fs -o /dev/null --max-time 2 "$url/version"; then echo "$url"; exit 0; fi
  alive || { echo "toxiproxy did not start:" >&2; tail -5 "$dir/toxiproxy.log" >&2; exit 1; }
  sleep 0.1
done
echo "toxiproxy did not answer in time" >&2; exit 1
