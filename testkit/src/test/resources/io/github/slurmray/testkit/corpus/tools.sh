# shellcheck shell=bash
# What the scenarios may use, on a login node of any Slurm.

make_files() {
  : >variables
  : >empty.sh
  printf '\n \n' >blank.sh
  printf 'echo hi\n' >plain.sh
  printf '#!/bin/bash\r\necho hi\r\n' >dos.sh
  printf '#!/bin/bash\necho hi\n' >ok.sh
  printf '#!/bin/bash\nexit 3\n' >three.sh
  printf '#!/bin/bash\nexec sleep 300\n' >long.sh
}

# Runs lines in a job, and prints each with its output and exit status, and not what srun says when it had to wait for
# the step before. OPTIONS are words for sbatch.
injob() { # OPTIONS LINE...
  local options=$1 line job
  shift
  printf '#!/bin/bash\n' >injob.sh
  for line; do
    # shellcheck disable=SC2016
    printf 'echo %q\n{ %s\n} </dev/null 2>&1\necho "status $?"\n' "+ $line" "$line" >>injob.sh
  done
  # shellcheck disable=SC2086
  job=$(sbatch --parsable -t 5 -o injob.out $options injob.sh) && is "$job" COMPLETED && sed "s/\b$job\b/JOB/g; /^srun: Step created for /d; /step creation temporarily disabled/d" injob.out
}

# Waits until squeue shows a job in a state.
is() { # JOB STATE
  local i
  for ((i = 0; i < 600; i++)); do
    [ "$(squeue -h -t all -o %T -j "$1")" != "$2" ] || return 0
    sleep 0.1
  done
  echo "job $1 isn't $2 but $(squeue -h -t all -o '%T %r' -j "$1")"
  return 1
}

# Waits until squeue gives a reason for a job that waits.
waits() { # JOB REASON
  local i
  for ((i = 0; i < 600; i++)); do
    [ "$(squeue -h -o %r -j "$1")" != "$2" ] || return 0
    sleep 0.1
  done
  echo "job $1 doesn't wait for $2 but $(squeue -h -o %r -j "$1")"
  return 1
}

# Waits until the database has all of a job that has ended: its last state and, later, its name.
over() { # JOB [STATE]
  local i
  for ((i = 0; i < 600; i++)); do
    if [ -z "$(squeue -h -o %T -j "$1" 2>/dev/null)" ] && sacct -n -X -P -o State,JobName -j "$1" | grep "^${2:-}" |
      grep -qvE '^(PENDING|RUNNING|REQUEUED)|allocation$'; then return 0; fi
    sleep 0.1
  done
  echo "job $1 isn't over"
  return 1
}

# Waits until a file has some text.
has() { # FILE TEXT
  local i
  for ((i = 0; i < 600; i++)); do
    ! grep -qs -- "$2" "$1" || return 0
    sleep 0.1
  done
  echo "$1 has no $2"
  return 1
}

clear_queue() {
  local i
  for ((i = 0; i < 600; i++)); do
    [ -n "$(squeue -h --me -o %i)" ] || return 0
    scancel --me
    sleep 0.1
  done
  echo "jobs stay in the queue"
  return 1
}

# Prints JSON value by value, without what changes from run to run, and without what the emulation doesn't know and
# therefore leaves out; of the jobs, nodes or partitions those with an id or name.
values() { # [ID]
  python3 -c '
import json, re, sys
UNKNOWN = re.compile(
    r"\.(association_id|association\.id|flags|gres_detail|last_sched_evaluation|shared|last_backfill|allocated_nodes|"
    r"nodes\.allocation|cpu_load|free_memory|free_mem|gres_used|energy|operating_system|cpus\.load|memory\.free|"
    r"gres\.used|reason\.user|time\.system|time\.user|steps\.CPU|steps\.kill_request_user|steps\.statistics|"
    r"steps\.tres\.(requested|consumed)|defaults\.memory_per_cpu|maximums\.(memory_per_cpu|shares|oversubscribe)|"
    r"std(in|out|err)_expanded|state\.reason)(\.|$)")
CHANGING = re.compile(r"\.(elapsed|planned|pre_sus_time|suspended|seconds|microseconds|user_id|group_id)$")
def show(path, value):
    if UNKNOWN.search(path) or isinstance(value, dict) and value.get("type") == "energy":
        return
    if isinstance(value, dict) and set(value) == {"set", "infinite", "number"}:
        show(path, value["number"] if value["set"] else "infinite" if value["infinite"] else "not set")
    elif isinstance(value, dict) and value:
        for name, inner in value.items():
            show(path + "." + name, inner)
    elif isinstance(value, list) and value:
        for inner in value:
            show(path, inner)
    elif CHANGING.search(path):
        print(path[1:], "changing")
    elif isinstance(value, int) and value > 1_000_000_000 and value != 0xfffffffe:
        print(path[1:], "time")
    else:
        print(path[1:], json.dumps(value))
text = sys.stdin.read()
if not text:
    sys.exit(1)
answer = json.loads(text)
for name, items in answer.items():
    if isinstance(items, list) and len(sys.argv) > 1:
        answer[name] = [i for i in items if sys.argv[1] in (str(i.get("job_id")), i.get("name"), str(i.get("error")))]
show("", answer)' "$@"
}

# ---- for the recorder alone

report() { # STATUS
  printf '\036%s\037' "$1"
  cat out
  printf '\037'
  cat err
}

failed() { # LINE
  printf '\034%s\n' "$1"
  cat out
  exit 0
}

finish() {
  local name
  for name in {A..Z}; do
    [ -z "${!name+x}" ] || declare -p "$name"
  done >variables
  printf '\035%s' "$HOME"
  for name in {A..Z}; do
    [ -z "${!name+x}" ] || printf '\037%s\037%s' "$name" "${!name}"
  done
}
