-- The role Grafana reads the shop's tables with. Run it as a superuser, in the shop's database:
--   psql -v password=... -f grafana/postgres-reader.sql shop
SELECT 'CREATE ROLE grafana_reader LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana_reader') \gexec
ALTER ROLE grafana_reader PASSWORD :'password' CONNECTION LIMIT 4;
-- A second fence behind the grants, and an end for a query that a dashboard should not have asked.
ALTER ROLE grafana_reader SET default_transaction_read_only = on;
ALTER ROLE grafana_reader SET statement_timeout = '5s';
-- What sessions wait for (pg_stat_activity of other roles).
GRANT pg_monitor TO grafana_reader;
-- All tables of all schemas, those that the services create later too.
GRANT pg_read_all_data TO grafana_reader;
