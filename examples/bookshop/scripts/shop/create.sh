#!/bin/bash -e
folder=$(mktemp -d "${TMPDIR:-/tmp}/shop-XXXXXX")
ctx instance runtime-properties folder "${folder}"
ctx instance runtime-properties host "$(ctx instance host_ip)"
