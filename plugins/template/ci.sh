#!/bin/sh
# What has to pass before a change is accepted. It ends at the first thing that fails.
set -e
cd "$(dirname "$0")"
cfy plugins check
cfy plugins test
if command -v luacheck >/dev/null; then
  luacheck --quiet my_plugin spec
fi
cfy plugins pack .
