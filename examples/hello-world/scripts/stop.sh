#!/bin/bash -e

pid=$(ctx instance runtime-properties pid)
ctx logger info "Stopping process ${pid}"
kill "${pid}" || ctx logger warning "Process ${pid} is gone already"
