#!/bin/sh
# The part of the published image's entry point that a lab uses: POSTGRES_USER, _PASSWORD, _DB, scripts in
# /docker-entrypoint-initdb.d on an empty data folder, and the server as a user who is not root.
set -eu

[ "${1#-}" = "$1" ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"
case "${2:-}" in --version | -V | --help) exec "$@" ;; esac

: "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres "$(dirname "$PGDATA")" "$PGDATA"
  chmod 700 "$PGDATA"
  exec su postgres -s /bin/sh -c 'exec "$0" "$@"' -- "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified (POSTGRES_PASSWORD).' >&2
    exit 1
  fi
  password=$(mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" > "$password"
  # shellcheck disable=SC2086
  initdb --username="$POSTGRES_USER" --pwfile="$password" --locale=C --encoding=UTF8 --pgdata="$PGDATA" ${POSTGRES_INITDB_ARGS:-}
  rm "$password"
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"

  sockets=$(mktemp -d)
  export PGHOST="$sockets" PGUSER="$POSTGRES_USER" PGPASSWORD="${POSTGRES_PASSWORD:-}"
  pg_ctl --wait --options="-c listen_addresses='' -c unix_socket_directories='$sockets'" --pgdata="$PGDATA" start
  [ "$POSTGRES_DB" = postgres ] || psql --dbname=postgres -v ON_ERROR_STOP=1 --command="CREATE DATABASE \"$POSTGRES_DB\""
  export PGDATABASE="$POSTGRES_DB"
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc --file="$script" ;;
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
    esac
  done
  pg_ctl --wait --mode=fast --pgdata="$PGDATA" stop
  rmdir "$sockets"
  unset PGHOST PGUSER PGPASSWORD PGDATABASE
fi

exec "$@" -c unix_socket_directories=/var/run/postgresql
