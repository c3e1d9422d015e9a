# shellcheck shell=bash
# Waits until the pipe on standard input is closed, by the emulation or by its death, then kills every process that
# carries its mark and removes its directory. Arguments: the mark in the environment, the directory, the mark as a limit.
trap '' TERM INT HUP
read -r _
for ((round = 0; round < 200; round++)); do
  found=()
  while IFS=/ read -r _ _ pid _; do
    # what has ended and waits for its parent still has its limits
    { read -r stat <"/proc/$pid/stat"; } 2>/dev/null && [[ ${stat##*) } != [ZX]* ]] && found+=("$pid")
  done < <(
    grep -lzsx -- "$1" /proc/[0-9]*/environ
    grep -lsE "^Max file locks +[0-9]+ +$3 " /proc/[0-9]*/limits
  )
  [ ${#found[@]} -gt 0 ] || break
  kill -KILL "${found[@]}" 2>/dev/null
done
# directories may have been made read-only
rm -rf -- "$2" 2>/dev/null || { chmod -R u+rwx -- "$2" && rm -rf -- "$2"; }
