# shellcheck shell=bash
# Waits until the pipe on standard input is closed, by the emulation or by its death, then kills every process that
# carries its mark and removes its directory. Arguments: the mark, the directory.
trap '' TERM INT HUP
read -r _
for ((round = 0; round < 200; round++)); do
  mapfile -t found < <(grep -lzsx -- "$1" /proc/[0-9]*/environ)
  [ ${#found[@]} -gt 0 ] || break
  for file in "${found[@]}"; do
    pid=${file#/proc/}
    kill -KILL "${pid%/environ}"
  done 2>/dev/null
done
rm -rf -- "$2"
