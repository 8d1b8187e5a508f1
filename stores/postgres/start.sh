#!/bin/sh
# Starts Postgres, and a database that was never finished over again: the image takes one that has a PG_VERSION for complete and then makes
# neither the shop's database nor its roles. The mark is set before the first start and taken away by roles.sh, the last that start does,
# so nothing has ever been kept in what is removed here.
set -eu
mark="$PGDATA.unfinished"
if [ -e "$mark" ]; then
  echo 'the first start was cut off before the database was complete; it is made anew' >&2
  rm -rf "$PGDATA"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$(dirname "$PGDATA")"
  touch "$mark"
fi
exec docker-entrypoint.sh "$@"
