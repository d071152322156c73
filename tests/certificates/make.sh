#!/bin/sh
# Makes the certificates of the tests anew: an authority, the server `localhost`, and a client. They protect nothing,
# and they hold from 2020 to 2120, whatever a machine's clock says.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/ca.cnf" <<CONFIGURATION
[ca]
default_ca = own
[own]
new_certs_dir = $work
database = $work/index
serial = $work/serial
default_md = sha256
default_startdate = 20200101000000Z
default_enddate = 21200101000000Z
policy = any
copy_extensions = copy
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = name
[name]
CONFIGURATION
: > "$work/index"
echo 01 > "$work/serial"

requested() {
    openssl req -config "$work/ca.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1" -keyout "$2" -out "$work/$1.csr"
}

requested authority "$work/authority.key"
openssl ca -config "$work/ca.cnf" -batch -notext -selfsign -extensions authority \
    -keyfile "$work/authority.key" -in "$work/authority.csr" -out authority.pem
for name in localhost office; do
    requested "$name" "$name.key"
    openssl ca -config "$work/ca.cnf" -batch -notext -extensions leaf \
        -cert authority.pem -keyfile "$work/authority.key" -in "$work/$name.csr" -out "$name.pem"
done
