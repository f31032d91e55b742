#!/bin/bash -e
rm -rf "$(ctx instance runtime-properties root)"
