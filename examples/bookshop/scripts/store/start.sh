#!/bin/bash -e

. $(ctx download-resource "scripts/common/server")

serve "$(ctx instance runtime_properties folder)"
wait_for_server "http://127.0.0.1:$(ctx node properties port)/books.json" "the store"
