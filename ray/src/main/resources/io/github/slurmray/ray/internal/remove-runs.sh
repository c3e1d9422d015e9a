# shellcheck shell=sh
# remove-runs <PATHS: removes run directories, each with all that is in it. PATHS has one a line; for each it prints a line
# too: the path, a tab, and nothing, or why it is still there. What isn't there is removed already. Ends with status 1 if
# one is left.
# The mark of being whole goes first and the plan last, so that whatever is left of a removal that is cut is known for what
# it is, and by whom.
set -u
export LC_ALL=C

remove() {
  rm -f "$1/whole"
  if [ -d "$1" ]; then find "$1" -mindepth 1 -maxdepth 1 ! -name plan.json -exec rm -rf {} + || return; fi
  rm -rf "$1"
}

status=0 run=
while IFS= read -r path; do
  case $path in /*) run=$path ;; *) run=./$path ;; esac
  if why=$(remove "$run" 2>&1) || { [ ! -e "$run" ] && [ "${why%: No such file or directory}" != "$why" ]; }; then
    why=
  else
    echo "$why" >&2
    status=1
  fi
  printf '%s\t%s\n' "$path" "$(printf '%s' "$why" | tr '\n\t' '  ')"
done
# other programs make it again when they need it
case ${run%/*} in */.slurmray) rmdir "${run%/*}" 2>/dev/null ;; esac
exit $status
