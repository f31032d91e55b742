#!/bin/bash -e

root=$(mktemp -d "${TMPDIR:-/tmp}/web-XXXXXX")
ctx logger info "The page is served from ${root}"

ctx download-resource-and-render resources/index.html "${root}/index.html" "@{\"title\": \"${greeting}\"}"

ctx instance runtime-properties root "${root}"
ctx instance runtime-properties address "$(ctx instance host-ip)"
