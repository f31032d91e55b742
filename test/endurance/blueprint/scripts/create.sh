#!/bin/sh -e
ctx instance runtime-properties port 8080
[ "$mode" != kill ] || kill -9 "$PPID"
