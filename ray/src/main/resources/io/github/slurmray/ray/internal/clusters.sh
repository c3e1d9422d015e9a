# shellcheck shell=bash
# clusters ROOT: prints a line about each run directory in ROOT, all of them at once and with two processes:
#     ID AGE QUIET JOB END LIFE PLAN
# AGE is how many seconds ago it was prepared, QUIET how many ago the job or a handle last wrote into it, by this host's
# clock. JOB is its job's id, - if nobody has submitted it, ? if the record of the submission doesn't say it plainly. END is
# ended if that is the job's own last word, else open. LIFE is detached, or leased. PLAN is its plan, in JSON.
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

files=("$root"/*/plan.json "$root"/*/events.jsonl "$root"/*/lease)
[ ${#files[@]} -gt 0 ] || exit 0
while read -r at file; do
  run=${file%/*}
  case $file in */plan.json) prepared[$run]=$at ;; esac
  [ "$at" -le "${changed[$run]:-0}" ] || changed[$run]=$at
done < <(stat -c '%Y %n' "${files[@]}" 2>/dev/null)

for run in "${!prepared[@]}"; do
  plan='' lines=() end=open life=leased
  { IFS= read -r plan <"$run/plan.json"; } 2>/dev/null
  { mapfile -t lines <"$run/events.jsonl"; } 2>/dev/null
  [ ${#lines[@]} -eq 0 ] || case ${lines[-1]} in *'"type":"ended"'*) end=ended ;; esac
  [ ! -e "$run/detached" ] || life=detached
  job "$run"
  printf '%s %s %s %s %s %s %s\n' "${run##*/}" $((now - prepared[$run])) $((now - changed[$run])) "$REPLY" $end $life "$plan"
done
