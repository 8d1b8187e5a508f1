#!/bin/sh
# Runs once before everything else. /volumes holds every named volume of the lab.
set -eu
# Moved into place: a program that a health check runs at this moment can be replaced, but not written to.
cp /bin/busybox /volumes/probe/.busybox
cp /stores/http-probe.sh /volumes/probe/.http-probe
chmod 0755 /volumes/probe/.busybox /volumes/probe/.http-probe
mv /volumes/probe/.busybox /volumes/probe/busybox
mv /volumes/probe/.http-probe /volumes/probe/http-probe
# A new volume belongs to root and the processes that write to it do not run as root. Each has its volume to itself, except for the log
# files, which are read by another; so anybody in may write, and nobody may remove what is another's.
for volume in /volumes/*; do
  [ "$volume" = /volumes/probe ] || chmod 1777 "$volume"
done
