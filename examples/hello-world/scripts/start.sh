#!/bin/bash

set -e

root=$(ctx instance runtime-properties root)
address=$(ctx instance runtime-properties address)
port=$(ctx node properties port)

function answers() {
    curl --silent --fail --output /dev/null "http://${address}:${port}/"
}

cd "${root}"
nohup python3 -m http.server --bind "${address}" "${port}" > /dev/null 2>&1 &
pid=$!

for try in $(seq 1 100); do
    if ! kill -0 "${pid}" 2> /dev/null; then
        ctx abort-operation "The server has ended: is port ${port} in use?"
    fi
    if answers; then
        ctx instance runtime-properties pid "${pid}"
        ctx logger info "The server runs as process ${pid}"
        exit 0
    fi
    sleep 0.1
done

ctx logger error "The server did not answer in time"
exit 1
