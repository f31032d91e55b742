#!/bin/bash -e

ctx source instance runtime_properties store.host $(ctx target instance host_ip)
ctx source instance runtime_properties store.port $(ctx target node properties port)
ctx target instance runtime_properties clients.$(ctx source node name) $(ctx source instance id)
