#!/bin/bash -p
# The name or address of the emulated node that this runs on.
name=${SLURMD_NODENAME:-login1}
case ${1:-} in
  '' | -s | --short | -f | --fqdn) echo "$name" ;;
  -i | --ip-address | -I | --all-ip-addresses)
    while read -r node address; do [ "$node" != "$name" ] || echo "$address"; done <"${0%/*}/nodes"
    ;;
  *) PATH=${PATH//"${0%/*}":/} exec hostname "$@" ;;
esac
