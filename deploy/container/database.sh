#!/bin/sh
# Run once by the database's own image on an empty volume: the record's role and database beside Temporal's.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$DUBAN_PASSWORD" <<'SQL'
CREATE ROLE duban LOGIN PASSWORD :'password';
CREATE DATABASE duban OWNER duban ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE duban FROM PUBLIC;
SQL
