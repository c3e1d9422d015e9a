#!/bin/bash -p
# Knows by which address an emulated node reaches another, and leaves everything else to the system's own.
if [[ "$* " =~ ^(-4 |-o |-oneline )*(route|r)' get '([0-9.]+)' '$ ]]; then
  peer=${BASH_REMATCH[3]} own='' known=no
  while read -r node address; do
    [ "$node" != "${SLURMD_NODENAME:-login1}" ] || own=$address
    [ "$address" != "$peer" ] || known=yes
  done <"${0%/*}/nodes"
  if [ "$known" = yes ] && [ -n "$own" ]; then
    printf 'local %s dev lo src %s uid %s \\    cache <local>\n' "$peer" "$own" "$UID"
    exit
  fi
fi
PATH=${PATH//"${0%/*}":/} exec ip "$@"
