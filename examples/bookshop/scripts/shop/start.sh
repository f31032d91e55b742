#!/bin/bash

set -e

HOST=$(ctx instance runtime_properties store.host)
PORT=$(ctx instance runtime_properties store.port)
FOLDER=$(ctx instance runtime_properties folder)

if [[ -z "${HOST}" || -z "${PORT}" ]]; then
    ctx abort-operation "the shop has no store"
fi

curl -s -f -o "${FOLDER}/books.json" "http://${HOST}:${PORT}/${STORE_PATH}"
{
    echo "<ul>"
    python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))))' "${FOLDER}/books.json" |
    while read -r book; do
        ctx logger info "For sale: ${book}"
        echo "<li>${book}</li>"
    done
    echo "</ul>"
} > "${FOLDER}/index.html"

source $(ctx download-resource scripts/common/server)
serve "${FOLDER}"
wait_for_server "http://127.0.0.1:$(ctx node properties port)/" "the shop"
