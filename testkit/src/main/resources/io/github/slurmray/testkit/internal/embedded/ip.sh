#!/bin/bash -p
# Knows the address of an emulated node, on an interface that has no other use, and leaves all else to the system's own.
if [ "$*" = '-4 -o addr show dev emulated0' ]; then
  while read -r node address; do
    [ "$node" != "${SLURMD_NODENAME:-login1}" ] || printf '2: emulated0    inet %s/8 scope host emulated0\n' "$address"
  done <"${0%/*}/nodes"
  exit
fi
PATH=${PATH//"${0%/*}":/} exec ip "$@"
