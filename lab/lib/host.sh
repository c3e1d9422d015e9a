# shellcheck shell=bash
# A host: its namespaces, held by its PID 1 (host-init.sh), and the ways to run something in it.

LOCK=9   # the descriptor of the lab's lock, which no process of the lab may inherit

# spawn NAME CMD...: in the background, in a session of its own, with no descriptor of the caller's: a program that
# reads the lab's output must see its end.
spawn() {
    local name=$1
    shift
    setsid "$@" </dev/null >"$STATE/log/$name.log" 2>&1 {LOCK}>&- &
    echo $! >"$RUN/$name.spawned"
}

# A process id alone may have been given to someone else since; its network namespace tells.
record_process() {
    local name=$1 pid=$2
    echo "$pid $(readlink "/proc/$pid/ns/net")" >"$RUN/$name.pid.new"
    mv "$RUN/$name.pid.new" "$RUN/$name.pid"
    readlink "/proc/$pid/ns/net" >>"$RUN/namespaces"
}

pid_of() {
    local pid namespace
    { read -r pid namespace <"$RUN/$1.pid"; } 2>/dev/null || return 1
    [ "$(readlink "/proc/$pid/ns/net")" = "$namespace" ] || return 1
    echo "$pid"
}

# enter HOST: sets ENTER to the words that bring a command into the host, with nothing of the caller's environment.
enter() {
    local pid
    pid=$(pid_of "$1") || die "host $1 is not up"
    ENTER=(nsenter -t "$pid" -n -u -i -m -p -r -w env -i "PATH=$SYSTEM_PATH" HOME=/root LANG=C.UTF-8)
}

in_host() {
    enter "$1"
    shift
    "${ENTER[@]}" "$@" {LOCK}>&-
}

exec_in_host() {
    known_host "$1"
    enter "$1"
    shift
    exec "${ENTER[@]}" "$@"
}

# As after a login, but without one: no PAM, no shell's start-up files.
exec_in_host_as() {
    local host=$1 user=$2 group
    known_host "$host"
    case " $(host_users "$host") root:0 " in *" $user:"*) ;; *) die "there is no user $user on $host" ;; esac
    group=$user
    shift 2
    enter "$host"
    exec "${ENTER[@]}" setpriv --reuid "$user" --regid "$group" --init-groups --reset-env \
        env -C "$(home_of "$user")" "PATH=/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 "$@"
}

home_of() {
    case $1 in
        root) echo /root ;;
        *) echo "/home/$1" ;;
    esac
}

boot() {
    local host=$1
    rm -f "$RUN/$host.pid"
    spawn "$host" unshare --net --uts --ipc --mount --pid --fork --kill-child=KILL --propagation private \
        bash "$LAB_DIR/lib/host-init.sh" "$host" "$STATE" "$LOWER" "$APPL" "$RUN"
    # host-init.sh knows its process id outside and writes it when the file system stands
    wait_for 20 "host $host" booted_or_dead "$host"
    [ -s "$RUN/$host.booted" ] || { complain "host $host did not boot:"; cat "$STATE/log/$host.log" >&2; return 1; }
    record_process "$host" "$(cat "$RUN/$host.booted")"
    rm -f "$RUN/$host.booted" "$RUN/$host.spawned"
    wire "$host"
}

booted_or_dead() {
    [ -s "$RUN/$1.booted" ] || ! kill -0 "$(cat "$RUN/$1.spawned")" 2>/dev/null
}

# PID 1 takes every other process of its namespace with it.
power_cut() {
    local pid
    pid=$(pid_of "$1") || die "host $1 is not up"
    kill -KILL "$pid"
    wait_for 10 "the end of $1" host_is_gone "$1"
}

host_is_gone() { ! pid_of "$1"; }

power_on() {
    local host=$1
    if pid_of "$host" >/dev/null; then
        say "host $host is up"
        return 0
    fi
    pid_of switch >/dev/null || die "the lab is down"
    remove_old_links "$host"
    boot "$host"
    start_services "$host"
    case $host in cn*) wait_until_usable "$host" ;; esac
}

# The links of a host that was cut vanish with its network namespace, which the kernel removes a little later.
remove_old_links() {
    local link
    for link in $(links_of "$1"); do in_switch ip link del "$link" 2>/dev/null || true; done
}
