#!/bin/bash -e
ctx source instance runtime_properties pop store > /dev/null
