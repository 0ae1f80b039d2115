# Starts a PostgreSQL server and ends it when standard input ends, which is
# when the process that started this script stops it, exits or is killed.
# Arguments: the folder of PostgreSQL's programs, an empty folder to work in.
set -eu
bin=$1
dir=$2
trap '' HUP INT TERM
trap 'cd /; rm -rf "$dir"' EXIT
cd "$dir"

"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust \
  --encoding=UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }

# A crash loses these databases anyway, so nothing waits for the disk.
# Vacuum would hold the template while a test copies it.
cat >>"$dir/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 500
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
SETTINGS

"$bin/pg_ctl" start --wait --timeout=60 --silent --pgdata="$dir/data" --log="$dir/log" >&2 ||
  { tail -n 20 "$dir/log" >&2; exit 1; }
echo ready
cat >/dev/null
"$bin/pg_ctl" stop --mode=immediate --silent --pgdata="$dir/data" >/dev/null 2>&1
