# shellcheck shell=bash
# Up, down, status: the lab as a whole.

LAB_LOCK=$LOCKS/slurmray-lab.lock

take_lab_lock() {
    mkdir -p "$LOCKS"
    # opened for appending: the other one's line must stay readable
    exec 9>>"$LAB_LOCK"
    flock -n 9 || refuse "another 'lab up' or 'lab down' is at work on this machine ($(cat "$LAB_LOCK")): wait for it"
    echo "process $$" >"$LAB_LOCK"
}

# Alive: judged by what exists, since files stay behind when a machine is killed.
lab_is_live() {
    local name
    [ ! -e /sys/class/net/lab0 ] || return 0
    for name in switch $HOSTS; do
        ! pid_of "$name" >/dev/null || return 0
        ! spawned_process "$name" >/dev/null || return 0
    done
    return 1
}

lab_up() {
    require_root
    check_machine
    take_lab_lock
    if lab_is_live; then
        refuse_other_lab
        if [ -f "$RUN/complete" ] && [ -e /sys/class/net/lab0 ] && pid_of switch >/dev/null; then
            mend
            say "already up: Slurm $SLURM, state in $STATE"
            return 0
        fi
        say "a lab that is not whole is there (an interrupted 'lab up'?): removing it"
        tear_down
    fi
    install_all
    rm -rf "$RUN"
    mkdir -p "$RUN"
    echo "$STATE" >"$RUN/state"
    echo "$SLURM" >"$RUN/slurm"
    start_lab || { complain "'lab up' failed: 'lab down' removes what it left, $STATE/log has the logs"; exit 1; }
    touch "$RUN/complete"
    progress "up: Slurm $SLURM, state in $STATE"
}

# Two labs would have the same addresses.
refuse_other_lab() {
    local their_state their_slurm
    [ -f "$RUN/state" ] || refuse "the interface lab0 exists, and no record says whose it is: remove it first"
    their_state=$(cat "$RUN/state")
    their_slurm=$(cat "$RUN/slurm")
    if [ "$their_slurm" != "$SLURM" ] || [ "$their_state" != "$STATE" ]; then
        refuse "a lab with Slurm $their_slurm and its state in $their_state runs on this machine: 'lab down' first"
    fi
}

start_lab() {
    local host
    check_addresses_are_free
    guard_routes
    make_files
    progress "files are ready"
    start_switch || return 1
    # shellcheck disable=SC2086  # a list of words
    in_parallel boot $HOSTS || return 1
    progress "hosts are booted"
    in_parallel start_host_services ctl vm login1 login2 cn1 cn2 cn3 || return 1
    for host in cn1 cn2 cn3; do wait_until_usable "$host" || return 1; done
}

start_host_services() {
    [ "$1" != ctl ] || prepare_database
    start_services "$1"
}

# in_parallel CMD WORD...: the command once for each word, all at once.
in_parallel() {
    local command=$1 word job jobs=() status=0
    shift
    for word in "$@"; do
        "$command" "$word" &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || status=1; done
    return $status
}

# A node is usable when Slurm could start a job on it, or has one on it.
wait_until_usable() {
    wait_for 40 "node $1 to be usable" node_is_usable "$1"
}

node_is_usable() {
    pid_of ctl >/dev/null || return 1
    case $(in_host ctl sinfo -h -n "$1" -p all -o %T) in
        idle | mixed | allocated | completing) return 0 ;;
        *) return 1 ;;
    esac
}

# One line for each thing that should be up and is not.
missing_parts() {
    local host service
    for host in $HOSTS; do
        if ! pid_of "$host" >/dev/null; then
            echo "host $host is off"
            continue
        fi
        links_are_up "$host" || echo "the links of $host are down"
        for service in $(services_of "$host"); do
            service_runs "$host" "$service" || echo "$service does not run on $host"
        done
    done
    # without a controller each question would only wait
    service_runs ctl slurmctld || return 0
    for host in cn1 cn2 cn3; do
        node_is_usable "$host" || echo "node $host is not usable"
    done
}

# A test may have left a host off or a link cut: the next one that says "up" finds all of it up.
mend() {
    local host
    for host in $HOSTS; do
        if pid_of "$host" >/dev/null; then
            heal_links "$host"
            start_services "$host"
        else
            say "host $host is off: switching it on"
            power_on "$host"
        fi
    done
    for host in cn1 cn2 cn3; do
        node_is_usable "$host" || in_host ctl scontrol update nodename="$host" state=resume 2>/dev/null || true
        wait_until_usable "$host"
    done
}

lab_status() {
    local name missing
    if ! lab_is_live; then
        say "down"
        exit 3
    fi
    say "Slurm $SLURM, state in $STATE"
    for name in switch $HOSTS; do
        printf '%-7s %-5s %-12s %-12s %s\n' "$name" "$(pid_of "$name" >/dev/null && echo up || echo off)" \
            "${PUBLIC_IP[$name]:--}" "${INTERNAL_IP[$name]:--}" "$(services_of "$name")"
    done
    if pid_of ctl >/dev/null && service_runs ctl slurmctld; then
        in_host ctl sinfo --version || true
        in_host ctl sinfo -N -o '%N %P %T %E' || true
    fi
    [ -f "$RUN/complete" ] || { say "the last 'lab up' did not finish"; exit 1; }
    missing=$(missing_parts)
    [ -z "$missing" ] || { echo "$missing"; exit 1; }
}

lab_down() {
    local left
    require_root
    take_lab_lock
    tear_down
    left=$(leftovers)
    if [ -n "$left" ]; then
        complain "could not be removed:"
        echo "$left" >&2
        exit 1
    fi
    rm -rf "$RUN"
    progress "down"
}

tear_down() {
    local name pid
    for name in $HOSTS switch; do
        ! pid=$(pid_of "$name") || kill -KILL "$pid"
        # a host that was still booting has no record yet
        ! pid=$(spawned_process "$name") || kill -KILL "$pid"
    done
    thaw
    for name in $HOSTS switch; do
        wait_for 20 "the end of $name" host_is_gone "$name" || true
    done
    wait_for 10 "the end of the lab's processes" no_lab_process || true
    ip link del lab0 2>/dev/null || true
    ip route del unreachable "$LAB_NETS" 2>/dev/null || true
    wait_for 10 "the removal of cgroups" remove_cgroups || true
}

# The processes of a suspended job are frozen, and die only when they go on.
thaw() {
    local group
    lab_cgroups | while read -r group; do
        # one that goes with its job at this moment needs no thawing; what is left is named by leftovers
        [ ! -e "$group/freezer.state" ] || echo THAWED >"$group/freezer.state" || true
    done
}

# The "unshare" of a host that has not finished booting, told from a stranger by its command line.
spawned_process() {
    local pid
    pid=$(cat "$RUN/$1.spawned" 2>/dev/null) || return 1
    { tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qE '^unshare --net|^sleep infinity'; } 2>/dev/null || return 1
    echo "$pid"
}

# Processes in a network namespace of the lab, wherever they came from.
lab_processes() {
    local entry
    [ -s "$RUN/namespaces" ] || return 0
    for entry in /proc/[0-9]*/ns/net; do
        grep -qxF "$(readlink "$entry" 2>/dev/null || echo none)" "$RUN/namespaces" && echo "${entry//[!0-9]/}"
    done
    return 0
}

no_lab_process() { [ -z "$(lab_processes)" ]; }

lab_cgroups() {
    find /sys/fs/cgroup/freezer/slurmray-lab /sys/fs/cgroup/memory/slurmray-lab -depth -type d 2>/dev/null || true
}

remove_cgroups() {
    lab_cgroups | xargs -r rmdir 2>/dev/null
    [ -z "$(lab_cgroups)" ]
}

leftovers() {
    local pid
    for pid in $(lab_processes); do
        echo "process $pid: $(ps -o args= -p "$pid" || true)"
    done
    [ ! -e /sys/class/net/lab0 ] || echo "interface lab0"
    ip route show root "$LAB_NETS" | sed 's/^/route /'
    lab_cgroups | sed 's/^/cgroup /'
    awk -v state="$STATE/" 'index($2 "/", state) == 1 { print "mount " $2 }' /proc/mounts
}
