#!/bin/bash

PID=`ctx instance runtime_properties pid`

kill -9 ${PID} || exit $?

ctx logger info "Stopped $(ctx node name) (${PID})"
