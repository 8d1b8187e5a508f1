#!/bin/sh
exec node /playground/test/docker/images/tempo/main.ts "$@"
