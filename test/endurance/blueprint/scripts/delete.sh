#!/bin/sh -e
ctx logger info "$(ctx instance id) goes"
