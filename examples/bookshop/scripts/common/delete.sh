#!/bin/sh -e
rm -r "$(ctx instance runtime-properties folder)"
