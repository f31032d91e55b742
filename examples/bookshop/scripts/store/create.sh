#!/bin/bash

set -e

FOLDER=${TMPDIR:-/tmp}/$(ctx execution-id)/store

mkdir -p "${FOLDER}"
echo "${books}" > "${FOLDER}/books.json"

ctx instance runtime_properties folder "${FOLDER}"
ctx instance runtime_properties count "@$(python3 -c 'import json, os; print(len(json.loads(os.environ["books"])))')"
