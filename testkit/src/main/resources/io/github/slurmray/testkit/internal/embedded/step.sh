# shellcheck shell=bash disable=SC2154
# The second half of srun's answer: runs what task N means for each N below $tasks, with the streams of this process, and
# reports the step's end. Set before: answer (the file that holds all this), tasks, workdir, kill_on_bad_exit, names (the
# node of each task), command, step_id, when_ending, task().
if ! cd -- "$workdir" 2>/dev/null; then
  # slurmstepd says it once for itself and once for the task
  for _ in 1 2; do
    echo "slurmstepd-${names[0]}: error: couldn't chdir to \`$workdir': No such file or directory: going to /tmp instead" >&2
  done
  cd /tmp || exit 1
fi
SLURM_UMASK=$(umask) && export SLURM_UMASK
exec 4>&2 2>/dev/null
pids=() dir='' tee='' status=0
start() {
  type -P -- "${command[0]}" >/dev/null || {
    echo "slurmstepd-${names[$1]}: error: execve(): ${command[0]}: No such file or directory" >&2
    exit 2
  }
  task "$1"
}
end_tasks() { kill -TERM "${pids[@]}"; }
trap end_tasks TERM INT HUP
if [ "$tasks" -gt 1 ]; then
  # each task reads all of the input; a step that is killed leaves these to the emulation
  dir=$(mktemp -d "${answer%.sh}.XXXX") inputs=()
  for ((i = 0; i < tasks; i++)); do inputs+=("$dir/$i"); done
  mkfifo "${inputs[@]}"
  tee -p "${inputs[@]}" <&0 >/dev/null 3>&- &
  tee=$!
fi
for ((i = 0; i < tasks; i++)); do
  if [ -n "$dir" ]; then
    (trap - INT QUIT && start "$i") <"$dir/$i" 2>&4 3>&- 4>&- &
  else
    (trap - INT QUIT && start "$i") <&0 2>&4 3>&- 4>&- &
  fi
  pids+=($!)
done
for ((i = 0; i < tasks; i++)); do
  while :; do
    wait "${pids[i]}"
    code=$?
    # a signal to this process ends the wait, not the task
    if [ "$code" -le 128 ] || ! kill -0 "${pids[i]}"; then break; fi
  done
  [ "$code" -eq 0 ] || [ "$code" -gt 128 ] || echo "srun: error: ${names[i]}: task $i: Exited with exit code $code" >&4
  [ "$code" -ne 143 ] || echo "srun: error: ${names[i]}: task $i: Terminated" >&4
  [ "$code" -ne 137 ] || echo "srun: error: ${names[i]}: task $i: Killed
srun: Force Terminated StepId=$step_id" >&4
  [ "$code" -le "$status" ] || status=$code
  if [ "$code" -ne 0 ] && [ "$kill_on_bad_exit" = yes ]; then
    echo "$when_ending" >&4
    kill_on_bad_exit=no
    end_tasks
  fi
done
[ -z "$tee" ] || kill "$tee"
[ -z "$dir" ] || rm -rf "$dir"
{ echo "end $status" && times; } >&3
exit "$status"
