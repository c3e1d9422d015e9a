# shellcheck shell=bash
# The settings above are the plan's; from here on the text is the same for every cluster.
#
# Slurm runs this script on the first node, without arguments. It starts a step for the head (on this node) and one for
# each worker group, all at once; each runs this script again on its nodes, as `node head` or `node worker GROUP INDEX`,
# where INDEX is the number of the group's first node in the job. They report by lines on their standard output, which
# srun carries here: only the first node writes events.jsonl.
umask 077
export LC_ALL=C
case $run in /*) ;; *) run=$HOME/$run ;; esac # paths of the plan are absolute or below the home directory
publish_key=${publish_key:-$run/publish_key}
case $publish_key in /*) ;; *) publish_key=$HOME/$publish_key ;; esac
job=${SLURM_JOB_ID:?this script runs in a Slurm job}
# Short, as Ray puts sockets below it and a socket's path may have 107 bytes. Ray opens its own directory to all users,
# so that one lies in ours.
tmp=${node_directory:-/tmp}/r-$job

# ---------------------------------------------------------------- events

# json TEXT: sets REPLY to TEXT as a JSON string.
json() {
  local s=$1
  s=${s//\\/\\\\} s=${s//\"/\\\"} s=${s//$'\n'/\\n} s=${s//$'\t'/ } s=${s//[[:cntrl:]]/}
  REPLY="\"$s\""
}

# event TYPE [KEY VALUE]...: sets REPLY to one line of JSON.
event() {
  local line at=${EPOCHREALTIME:-$(date +%s.%N)}
  json "${SLURMD_NODENAME:-$(hostname)}"
  line="{\"v\":1,\"at\":$at,\"node\":$REPLY"
  json "$1"
  line+=",\"type\":$REPLY"
  shift
  while [ $# -ge 2 ]; do
    json "$2"
    line+=",\"$1\":$REPLY"
    shift 2
  done
  REPLY="$line}"
}

# say TYPE [KEY VALUE]...: a role's report to the first node.
say() {
  event "$@"
  printf '%s\n' "$REPLY"
}

# last_lines FILE: the end of a log, so short that a whole event stays below the 1024 bytes in which Slurm carries output,
# even if JSON needs two bytes for each of it; longer lines of several nodes would come mixed.
last_lines() { tail -n 12 "$1" 2>/dev/null | cut -c 1-200 | tail -c 400; }

# wait_or SIGNAL SECONDS PID...: waits for children to end; those that take longer get the signal. A signal to this shell
# ends a wait, not the child.
wait_or() {
  local signal=$1 seconds=$2 watchdog pid
  shift 2
  { pause "$seconds"; kill "-$signal" "$@"; } 2>/dev/null &
  watchdog=$!
  for pid; do while kill -0 "$pid"; do wait "$pid"; done; done 2>/dev/null
  end_watchdog "$watchdog"
}

# end_watchdog PID: not by TERM, which a subshell that has just been forked loses; the job would last until it has watched
# for as long as it was told.
end_watchdog() { { kill -KILL "$1" && wait "$1"; } 2>/dev/null; }

# clock: sets now to the seconds since this script began, as the kernel counts them: bash's SECONDS follows the time of day,
# and when that is set a lease or a join timeout would be over.
clock() {
  local up
  read -r up _ </proc/uptime
  now=$((${up%.*} - began))
}
began=0
clock
began=$now

# joining_is_over: true once the join timeout has passed.
joining_is_over() { clock && [ "$now" -ge "$join_timeout" ]; }

# pause SECONDS: waits without starting a process; fd 4 is a pipe that nobody writes to.
pause() { IFS= read -r -t "$1" -u 4 _; }

# ---------------------------------------------------------------- addresses and ports

# word_after WORD LINE...: prints the word that follows WORD.
word_after() {
  local word=$1
  shift
  while [ $# -ge 2 ]; do
    [ "$1" != "$word" ] || { printf '%s\n' "${2%%/*}" && return; }
    shift
  done
  return 1
}

# own_address [PEER]: this node's address on the chosen interface, else the one by which it reaches PEER, else the one
# that its name resolves to. Never a loopback address, unless there is no other.
own_address() {
  local route address
  if [ -n "$interface" ]; then
    # shellcheck disable=SC2046 # the words of the line are what we want
    word_after inet $(ip -4 -o addr show dev "$interface")
    return
  fi
  if [ -n "${1:-}" ] && route=$(ip -4 -o route get "$1" 2>/dev/null); then
    # shellcheck disable=SC2086
    word_after src $route
    return
  fi
  address=$(getent ahostsv4 "$(hostname)" | while read -r a _; do case $a in 127.*) ;; *) echo "$a" && break ;; esac; done)
  printf '%s\n' "${address:-127.0.0.1}"
}

# address_of NAME: the first address of another node.
address_of() { getent ahostsv4 "$1" | { read -r a _ && printf '%s\n' "$a"; }; }

# sockets: sets lines to the kernel's table of this node's sockets.
sockets() {
  local file
  lines=()
  for file in /proc/net/tcp /proc/net/tcp6; do
    [ ! -r "$file" ] || mapfile -t -s 1 -O "${#lines[@]}" lines <"$file"
  done
}

# choose_ports [INDEX]: sets base to the first of $port_stride ports that nobody on this node uses. All of Ray's ports on the
# node lie in this block. The first try follows from the job's id and this node's number in the job, so that jobs that share
# a node, and nodes that share a machine, keep apart while they choose. So do the next ones: the nodes of a job draw the same
# numbers, and other jobs other ones. The last ones are all blocks in turn.
choose_ports() {
  local -A taken=()
  local lines hex i port block index=${1:-0} nodes=${SLURM_JOB_NUM_NODES:-1}
  local blocks=$(((port_last - port_first + 1) / port_stride))
  sockets
  # a line begins like "0: 0100007F:1F90", with a port in four hex digits
  for hex in "${lines[@]}"; do
    hex=${hex#*:*:}
    taken[${hex:0:4}]=1
  done
  RANDOM=$job
  for ((i = 0; i < 2 * blocks; i++)); do
    block=$((job * nodes + index + i))
    if [ "$i" -gt 0 ] && [ "$i" -lt "$blocks" ]; then block=$((RANDOM * nodes + index)); fi
    base=$((port_first + block % blocks * port_stride))
    for ((port = base; port < base + port_stride; port++)); do
      printf -v hex %04X "$port"
      [ -z "${taken[$hex]:-}" ] || continue 2
    done
    return 0
  done
  return 1
}

# can_connect ADDRESS PORT
can_connect() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# ---------------------------------------------------------------- a node: `node head` or `node worker GROUP INDEX`

# start_ray ROLE [GROUP]: becomes Ray of this node, in the foreground.
start_ray() {
  local role=$1 flags more
  flags=(
    --block --node-ip-address="$address" --node-name="$SLURMD_NODENAME"
    --node-manager-port=$((base + 3)) --object-manager-port=$((base + 4)) --runtime-env-agent-port=$((base + 5))
    --dashboard-agent-grpc-port=$((base + 6)) --dashboard-agent-listen-port=$((base + 7))
    --metrics-export-port=$((base + 8))
    --min-worker-port=$((base + 12)) --max-worker-port=$((base + port_stride - 1))
  )
  if [ "$role" = head ]; then
    flags+=(
      --head --port="$gcs_port" --temp-dir="$tmp/t"
      --include-dashboard=true --dashboard-host="$dashboard_host" --dashboard-port="$dashboard_port"
      --ray-client-server-port=$((base + 2))
    )
    read -r -a more <<<"$head_flags"
    export AUTOSCALER_METRIC_PORT=$((base + 9)) DASHBOARD_METRIC_PORT=$((base + 10))
  else
    flags+=(--address="$head_address:$gcs_port")
    # Ray's workers take the head's, unless told
    [ "$tmp" = "$head_tmp" ] || flags+=(--temp-dir="$tmp/t")
    read -r -a more <<<"${worker_flags[$2]}"
  fi
  exec "${wrapper[@]}" ray start "${flags[@]}" "${more[@]}"
}

# stop_node: ends this node's Ray and removes what it left on the node.
stop_node() {
  trap : TERM
  if [ -n "$ray" ]; then
    kill -TERM "$ray" 2>/dev/null
    # not for long: Slurm kills what is left after its KillWait, and then nobody would remove the directory
    wait_or KILL 3 "$ray"
    pkill -KILL -U "$UID" -f "$tmp/" # what Ray left of itself: its processes name the directory
  fi
  rm -rf "$tmp" || rm -rf "$tmp"
}

# says FILE TEXT: true if the file holds the text. Starts no process: it is asked several times a second.
says() {
  local lines
  mapfile -t lines <"$1"
  [[ ${lines[*]} == *"$2"* ]]
}

node() {
  local role=$1 group=${2:-} index=$((${3:-0} + SLURM_NODEID)) log attempt ray='' joined=no status address base looks
  log=$run/logs/$SLURMD_NODENAME.$role.log
  : >>"$log"
  ulimit -n "$(ulimit -Hn)" 2>/dev/null
  if [ "${TMPDIR:-/tmp}" = /tmp ]; then export TMPDIR=$tmp; fi
  # by way of EXIT: a wait in the trap of a signal that has broken off another wait may miss that its child has ended
  trap 'trap : TERM; exit 0' TERM
  trap stop_node EXIT
  # the first node asks a step to end by closing its input: a signal to srun would kill Ray before it can clean up
  exec 3<&0 </dev/null
  { IFS= read -r _ <&3; kill -TERM $$; } &
  # not -p: a directory that somebody else has put here is not ours
  if ! { mkdir "$tmp" && mkfifo "$tmp/pause" && exec 4<>"$tmp/pause"; }; then
    say failed cause node-setup detail "can't write to $tmp"
    exit 1
  fi
  if [ "$role" = head ]; then
    address=$head_address base=$head_base
  elif ! { address=$(own_address "$head_address") && choose_ports "$index"; }; then
    say failed cause node-setup detail "no address or no free ports on this node"
    exit 1
  fi
  for attempt in 1 2 3; do
    say starting role "$role" attempt "$attempt"
    start_ray "$role" "$group" >>"$log" 2>&1 3<&- 4>&- &
    ray=$! looks=0
    while [ "$joined" = no ] && kill -0 "$ray" 2>/dev/null; do
      # Ray says this once the node is registered with the head
      if says "$log" 'Ray runtime started'; then
        joined=yes
        say joined role "$role" address "$address" attempt "$attempt"
      elif [ $((looks++)) -lt 20 ]; then
        pause 0.05
      else
        pause 0.2
      fi
    done
    wait "$ray"
    status=$?
    ray=''
    if [ "$joined" = yes ] || [ "$role" = head ]; then
      break
    fi
    # a worker that gave up before the head listened tries again as soon as it does
    until can_connect "$head_address" "$gcs_port" || joining_is_over; do pause 0.2; done
  done
  if [ "$joined" = no ]; then
    tail -n 20 "$tmp"/t/session_latest/logs/{gcs_server.*,raylet.*,dashboard.log} >>"$log" 2>/dev/null
  fi
  say ray-exited role "$role" joined "$joined" status "$status" log "$(last_lines "$log")"
}

# ---------------------------------------------------------------- publishing: a reverse tunnel to the user's cloud VM

# publish: keeps the tunnel up for as long as the job runs, and reports when its state changes. A server that went away
# holds the port until it notices, so a taken port is tried again like any other failure.
publish() {
  local wait=1 state='' ssh='' log=$run/logs/publish.log line cause offered=''
  trap '[ -z "$ssh" ] || kill "$ssh" 2>/dev/null; exit 0' TERM
  mkfifo "$tmp.b/ssh"
  while :; do
    ssh -v -N -T -F /dev/null -i "$publish_key" -p "$publish_port" \
      -o BatchMode=yes -o IdentitiesOnly=yes -o UpdateHostKeys=no -o ConnectTimeout=10 \
      -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$run/publish_known_hosts" -o GlobalKnownHostsFile=/dev/null \
      -o ExitOnForwardFailure=yes -o ServerAliveInterval=10 -o ServerAliveCountMax=3 \
      -R "$publish_bind:$publish_listen:$dashboard_target:$dashboard_port" "$publish_user@$publish_host" \
      </dev/null >"$tmp.b/ssh" 2>&1 4>&- &
    ssh=$!
    cause=''
    while IFS= read -r line; do
      case $line in
        *'remote forward success'*)
          wait=1 cause=''
          if [ "$state" != up ]; then
            state=up
            say published address "$publish_bind" port "$publish_listen"
          fi
          ;;
        *'remote port forwarding failed'*)
          cause="port $publish_listen at $publish_bind is taken on $publish_host, or its sshd doesn't allow the forward: $line"
          ;;
        debug1:* | OpenSSH_*) continue ;;
        SHA256:*) offered=$line ;;
        # it comes after a page of warnings
        *'has changed and you have requested'*) cause="$line It sent $offered" ;;
        *) cause=${cause:-$line} ;;
      esac
      printf '%s\n' "$line" >>"$log"
    done <"$tmp.b/ssh"
    wait "$ssh"
    ssh=''
    if [ "$state" != "failed: $cause" ]; then
      state="failed: $cause"
      say publish-failed cause "${cause:-ssh ended without a word}"
    fi
    pause "$wait"
    wait=$((wait < 16 ? wait * 2 : 30))
  done
}

# ---------------------------------------------------------------- the first node

record() { printf '%s\n' "$1" >>"$run/events.jsonl"; }

report() {
  event "$@"
  record "$REPLY"
}

fail() { # CAUSE DETAIL [LOG]
  report failed cause "$1" detail "$2" log "${3:-}"
  ending=failed
  exit 1
}

# set_up: makes `ray` available, as the plan says. A line that fails ends the job with what it said. What a line leaves
# running gets no end of the pipes, or the steps would never see theirs.
set_up() {
  local log=$run/logs/setup.log
  watch_set_up 6>&- 7>&- &
  watchdog=$!
  for doing in "${setup[@]}"; do
    eval "$doing" >>"$log" 2>&1 6>&- 7>&- || fail setup "this line failed: $doing" "$(last_lines "$log")"
  done
  doing="the search for 'ray'"
  find_ray 2>>"$log" 6>&- 7>&- || fail setup "there is no 'ray' after the setup lines" "$(last_lines "$log")"
  end_watchdog "$watchdog"
  watchdog='' doing=''
  unset BASH_ENV # the nodes take the finished environment; their shells needn't make it again
}

# watch_set_up: looks after the join timeout and the lease while set_up can't: its lines change the environment of the
# first node's own shell, which does nothing else and takes no signal before a line has ended. When the time is over, this
# sends it the signal that says so, and makes the line end by killing all else in the job's process group.
watch_set_up() {
  local signal='' pid
  while [ -z "$signal" ]; do
    pause 1
    if joining_is_over; then signal=USR1; elif lease_is_over; then signal=USR2; fi
  done
  kill "-$signal" $$
  for _ in 1 2 3 4 5; do # what is being killed may start more
    pgrep -g 0 >"$tmp.b/group"
    while read -r pid; do
      case $pid in "$$" | "$BASHPID") ;; *) kill -KILL "$pid" ;; esac
    done <"$tmp.b/group" 2>/dev/null
    pause 0.2
  done
}

# find_ray: sets ray_version, or fails if there is no `ray`. One call of the wrapper, since a container takes a while to
# start; what the wrapper itself prints comes before the version.
find_ray() {
  ray_version=$("${wrapper[@]}" sh -c 'command -v ray >&2 || exit 1
    python3 -c "from importlib.metadata import version; print(version(\"ray\"))" || echo unknown') || return 1
  ray_version=${ray_version##*$'\n'}
}

# guard: decides from the installed Ray's version who may reach the dashboard. Only since 2.52 does a token guard it.
guard() {
  local major=0 minor=0
  if [[ $ray_version =~ ^([0-9]+)\.([0-9]+) ]]; then
    major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
  fi
  guarded=no
  if [ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -ge 52 ]; }; then
    # as after a requeue: what has ended once has no token any more
    [ -s "$run/token" ] || fail no-token "there is no $run/token to guard Ray with; launch another cluster"
    guarded=yes
    export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$run/token"
  fi
  if [ "$guarded" = yes ] && [ "$dashboard_open" != never ] || [ "$dashboard_open" = always ]; then
    dashboard_host=$head_address dashboard_target=$head_address
  else
    dashboard_host=127.0.0.1 dashboard_target=127.0.0.1
  fi
}

# lease_is_over: true once nobody has renewed the lease for its whole length, unless the cluster was detached. What counts
# is when this node saw the file change, by this node's clock, so the clocks of other machines don't matter.
lease_is_over() {
  local text=''
  clock
  [ "$detached" = no ] && [ $((now - lease_checked)) -ge "$lease_check" ] || return 1
  lease_checked=$now
  IFS= read -r text 2>/dev/null <"$run/lease"
  if [ "$text" != "$lease_text" ]; then
    lease_text=$text lease_seen=$now
  fi
  [ $((now - lease_seen)) -ge "$lease" ] || return 1
  # not looked for sooner: a network file system may go on saying for a minute that a file isn't there
  [ ! -e "$run/detached" ] || detached=yes
  [ "$detached" = no ]
}

# fail_to_join: ends the job, as the join timeout is over.
fail_to_join() {
  local log=$run/logs/srun.log
  [ -z "$doing" ] || log=$run/logs/setup.log
  fail join-timeout "$joined of ${#nodes[@]} nodes joined within $join_timeout s${doing:+; set-up still hung in: $doing}" \
    "$(last_lines "$log")"
}

# end_unwatched: ends the job, as the lease is over.
end_unwatched() {
  ending=lease
  report lease-over seconds "$lease"
  exit 0
}

# set_up_is_over: waits until watch_set_up has killed what it will, so that it won't kill what comes next. A `wait` may end
# at once because of the very signal that we are told by.
set_up_is_over() {
  while kill -0 "$watchdog"; do wait "$watchdog"; done 2>/dev/null
  watchdog=''
}

# finish: ends the steps and the tunnel in order, so that each node can clean up.
finish() {
  trap : TERM USR1 USR2
  report ending reason "$ending"
  exec 7>&-
  [ -z "$watchdog" ] || end_watchdog "$watchdog"
  [ -z "$publisher" ] || kill -TERM "$publisher" 2>/dev/null
  [ ${#steps[@]} -eq 0 ] || wait_or TERM 15 "${steps[@]}"
  rm -rf "$tmp" "$tmp.b" "$run/token" "$run/publish_key"
  report ended reason "$ending"
}

# start_step "ROLE [GROUP INDEX]" NODE...: starts the role on these nodes, in one step.
start_step() {
  local role
  read -r -a role <<<"$1"
  shift
  srun --overlap --export=ALL --kill-on-bad-exit=0 --wait=0 --chdir="$HOME" \
    --nodes=$# --ntasks=$# --ntasks-per-node=1 --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
    --nodelist="$(IFS=, && echo "$*")" bash "$run/cluster.sh" node "${role[@]}" \
    <"$tmp.b/stop" >&6 2>>"$run/logs/srun.log" 4>&- 6>&- 7>&- &
  steps+=($!)
}

first_node() {
  local nodes others=() needed joined=0 line partial='' name group step first=0 lease_text='' lease_seen=0 lease_checked=0 detached=no
  local watchdog='' doing=''
  ending=finished steps=() publisher=''
  trap 'ending=signal; exit 0' TERM
  trap 'set_up_is_over; fail_to_join' USR1
  trap 'set_up_is_over; end_unwatched' USR2
  trap finish EXIT
  mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
  report started job "$job" restarts "${SLURM_RESTART_COUNT:-0}" nodes "${nodes[*]}"
  if ! { mkdir "$tmp.b" && mkfifo "$tmp.b/pause" "$tmp.b/reports" "$tmp.b/stop" &&
    exec 4<>"$tmp.b/pause" 6<>"$tmp.b/reports" 7<>"$tmp.b/stop"; }; then
    fail node-setup "can't write to $tmp.b"
  fi
  set_up
  for name in "${nodes[@]}"; do [ "$name" = "$SLURMD_NODENAME" ] || others+=("$name"); done
  head_address=$(own_address "${others[0]:+$(address_of "${others[0]}")}")
  if [ -z "$head_address" ] || ! choose_ports; then
    fail node-setup "no address or no free ports on $SLURMD_NODENAME"
  fi
  head_base=$base gcs_port=$base dashboard_port=$((base + 1))
  guard
  report environment ray "$ray_version" guarded "$guarded" address "$head_address" gcs "$gcs_port" \
    dashboard "$dashboard_port" dashboardHost "$dashboard_host"
  export RAY_USAGE_STATS_ENABLED=0 head_tmp=$tmp head_address head_base gcs_port dashboard_port dashboard_host

  start_step head "$SLURMD_NODENAME"
  for group in "${!worker_nodes[@]}"; do
    start_step "worker $group $((first + 1))" "${others[@]:first:worker_nodes[group]}"
    first=$((first + worker_nodes[group]))
  done
  needed=("${steps[@]}")
  if [ -n "$publish_host" ]; then
    publish >&6 6>&- 7>&- &
    publisher=$!
  fi

  # Waits for reports; once a second at the latest it looks after the steps, the join timeout and the lease.
  while :; do
    if IFS= read -r -t 1 -u 6 line; then
      line=$partial$line partial=''
      record "$line"
      case $line in
        *'"type":"joined"'*)
          joined=$((joined + 1))
          clock
          [ "$joined" -ne ${#nodes[@]} ] || report all-joined nodes "$joined" seconds "$now"
          ;;
        *'"type":"failed"'* | *'"type":"ray-exited","role":"head"'* | *'"type":"ray-exited"'*'"joined":"no"'*)
          ending=failed
          exit 1
          ;;
      esac
    else
      partial+=$line
    fi
    if [ "$joined" -lt ${#nodes[@]} ] && joining_is_over; then fail_to_join; fi
    # the head's step is needed always, the workers' until all have joined
    if [ "$joined" -ge ${#nodes[@]} ]; then needed=("${steps[0]}"); fi
    for step in "${needed[@]}"; do
      kill -0 "$step" 2>/dev/null || fail step-ended "a step of the job ended" "$(last_lines "$run/logs/srun.log")"
    done
    if lease_is_over; then end_unwatched; fi
  done
}

if [ "${1:-}" = node ]; then
  node "$2" "${3:-}" "${4:-}"
else
  first_node
fi
