#!/bin/sh
# Runs once, when the database is new: the role of the shop, which owns its database and nothing else, and the read-only one of Grafana.
# What it ends with tells start.sh that the database is complete.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$SHOP_PASSWORD" --username postgres --dbname shop <<'SQL'
CREATE ROLE shop LOGIN PASSWORD :'password';
ALTER DATABASE shop OWNER TO shop;
SQL
psql -v ON_ERROR_STOP=1 -v password="$READER_PASSWORD" --username postgres --dbname shop --file /etc/playground/postgres-reader.sql
rm -f "$PGDATA.unfinished"
