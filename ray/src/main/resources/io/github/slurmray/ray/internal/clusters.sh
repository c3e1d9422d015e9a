# shellcheck shell=bash
# clusters ROOT: prints a line about each run directory in ROOT, all of them at once and with two processes:
#     ID AGE QUIET JOB END LIFE STATE PLAN
# AGE is how many seconds ago it was prepared, QUIET how many ago the job or a handle last wrote into it, by this host's
# clock. JOB is its job's id, - if nobody has submitted it, ? if the record of the submission doesn't say it plainly. END is
# ended if that is the job's own last word, else open. LIFE is detached, or leased. STATE is whole; or part, which it is
# before its preparation is done and after its removal has begun. PLAN is its plan, in JSON, as far as it is there.
root=$1
shopt -s nullglob
now=$(date +%s)
declare -A prepared changed

# job RUN: sets REPLY from the record of the submission, as SlurmClient describes it.
job() {
  local n=0 attempt status answer
  while [ -d "$1/submit/attempt.$((n + 1))" ]; do n=$((n + 1)); done
  attempt=$1/submit/attempt.$n REPLY=-
  [ "$n" -gt 0 ] || return
  REPLY='?'
  { read -r status _ <"$attempt/status"; } 2>/dev/null
  { mapfile -t answer <"$attempt/out"; } 2>/dev/null
  if [ "$status" = 0 ] && [[ ${#answer[@]} -eq 1 && ${answer[0]} =~ ^([1-9][0-9]{0,17})(\;.*)?$ ]]; then
    REPLY=${BASH_REMATCH[1]}
  fi
}

# ours RUN: what has a plan is a cluster's, and so is what has the name of one: a removal that was cut may have left just that.
ours() {
  if [ -e "$1/plan.json" ]; then
    [[ ${1##*/} =~ ^[a-z][a-z0-9-]{7,63}$ ]]
  else
    [[ ${1##*/} =~ ^ray-[0-9]{8}-[a-km-np-z2-9]{10}$ ]]
  fi
}

runs=() files=()
for run in "$root"/*/; do
  run=${run%/}
  ours "$run" || continue
  runs+=("$run")
  files+=("$run" "$run/plan.json" "$run/events.jsonl" "$run/lease")
done
[ ${#runs[@]} -gt 0 ] || exit 0
while read -r at file; do
  case $file in
    */plan.json | */events.jsonl | */lease) run=${file%/*} ;;
    *) prepared[$file]=$at && continue ;; # what isn't whole is as old as the last that came or went
  esac
  [ "$at" -le "${changed[$run]:-0}" ] || changed[$run]=$at
  if [ "${file##*/}" = plan.json ] && [ -e "$run/whole" ]; then prepared[$run]=$at; fi
done < <(stat -c '%Y %n' "${files[@]}" 2>/dev/null)

for run in "${runs[@]}"; do
  [ -n "${prepared[$run]:-}" ] || continue # removed meanwhile
  plan='' lines=() end=open life=leased state=part
  { IFS= read -r plan <"$run/plan.json"; } 2>/dev/null
  { mapfile -t lines <"$run/events.jsonl"; } 2>/dev/null
  [ ${#lines[@]} -eq 0 ] || case ${lines[-1]} in *'"type":"ended"'*) end=ended ;; esac
  [ ! -e "$run/detached" ] || life=detached
  [ ! -e "$run/whole" ] || state=whole
  job "$run"
  printf '%s %s %s %s %s %s %s %s\n' "${run##*/}" $((now - prepared[$run])) $((now - ${changed[$run]:-prepared[$run]})) \
    "$REPLY" $end $life $state "$plan"
done
