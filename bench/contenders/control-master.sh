#!/usr/bin/env bash
# Runs `true` through an OpenSSH connection that is open, once for each line on standard input, and prints the
# microseconds that it took. A shell starts a process in less time than a JVM does, which is to OpenSSH's advantage.
#   control-master.sh SOCKET DESTINATION
set -u
while read -r _; do
  begin=${EPOCHREALTIME/./}
  ssh -F /dev/null -S "$1" "$2" true </dev/null || exit
  end=${EPOCHREALTIME/./}
  echo "$((end - begin))"
done
