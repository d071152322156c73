#!/bin/sh
# Temporal's own tables, made once and brought up to date at every start.
set -eu
for name in temporal temporal_visibility; do
    part=temporal; [ "$name" = temporal ] || part=visibility
    tool() { temporal-sql-tool --plugin postgres12 --ep 127.0.0.1 --port 5432 --user temporal --db "$name" "$@"; }
    tool create
    tool setup-schema --version 0.0 || true # there from an earlier start
    tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$part/versioned"
done
