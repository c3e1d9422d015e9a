# shellcheck shell=bash
# Two bridges and a router in a network namespace of their own, called the switch.

in_switch() {
    local pid
    pid=$(pid_of switch) || die "the lab is down"
    nsenter -t "$pid" -n "$@" {LOCK}>&-
}

# A route that answers "unreachable" comes first: packets for the lab must never reach the machine's own gateway,
# not even before the lab's interface is there. The interface's own route is more specific.
guard_routes() {
    ip route replace unreachable "$LAB_NETS"
}

check_addresses_are_free() {
    ! ip -4 -o addr show | grep -q ' inet 10\.77\.' || die "this machine already has an address in $LAB_NETS"
}

start_switch() {
    local pid
    spawn switch unshare --net sleep infinity
    pid=$(cat "$RUN/switch.spawned")
    wait_for 10 "the switch" has_own_network "$pid" || return 1
    record_process switch "$pid"
    rm -f "$RUN/switch.spawned"
    in_switch ip -batch - <<X
link set lo up
link add brpub type bridge
link add brint type bridge
addr add $PUBLIC_NET.254/24 dev brpub
addr add $INTERNAL_NET.254/24 dev brint
link set brpub up
link set brint up
X
    in_switch sysctl -qw net.ipv4.ip_forward=1
    # else bridged frames go through the machine's IPv4 filter too; the key is absent where the module is
    in_switch sysctl -qew net.bridge.bridge-nf-call-iptables=0 || true
    in_switch nft -f "$LAB_DIR/conf/nftables.conf"
    ip link add lab0 type veth peer name x-root netns "$pid"
    in_switch ip link set x-root master brpub up
    ip addr add "$PUBLIC_NET.1/24" dev lab0
    ip link set lab0 up
}

has_own_network() {
    [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# A cable to each network that the host has an address in: x-HOST is the public one, i-HOST the internal one.
wire() {
    local host=$1 pid switch
    pid=$(pid_of "$host")
    switch=$(pid_of switch)
    if [ -n "${PUBLIC_IP[$host]:-}" ]; then
        ip link add "x-$host" netns "$switch" type veth peer name ext0 netns "$pid"
        in_switch ip link set "x-$host" master brpub up
    fi
    if [ -n "${INTERNAL_IP[$host]:-}" ]; then
        ip link add "i-$host" netns "$switch" type veth peer name eth0 netns "$pid"
        in_switch ip link set "i-$host" master brint up
    fi
    address_lines "$host" | nsenter -t "$pid" -n ip -batch -
}

address_lines() {
    local host=$1
    echo "link set lo up"
    if [ -n "${PUBLIC_IP[$host]:-}" ]; then
        echo "link set ext0 address $(mac_of "${PUBLIC_IP[$host]}")"
        echo "addr add ${PUBLIC_IP[$host]}/24 dev ext0"
        echo "link set ext0 up"
    fi
    if [ -n "${INTERNAL_IP[$host]:-}" ]; then
        echo "link set eth0 address $(mac_of "${INTERNAL_IP[$host]}")"
        echo "addr add ${INTERNAL_IP[$host]}/24 dev eth0"
        echo "link set eth0 up"
    fi
    # what has no public address gets out through the router
    [ -n "${PUBLIC_IP[$host]:-}" ] || echo "route add default via $INTERNAL_NET.254"
}

# The same at every boot: the others remember it, and would look for a new one only after seconds.
mac_of() {
    local IFS=.
    # shellcheck disable=SC2086  # the four numbers of an address
    printf '02:4c:%02x:%02x:%02x:%02x\n' $1
}

links_of() {
    [ -z "${PUBLIC_IP[$1]:-}" ] || echo "x-$1"
    [ -z "${INTERNAL_IP[$1]:-}" ] || echo "i-$1"
}

# set_links HOST up|down, at the switch's end: the host sees its cable pulled.
set_links() {
    local link
    pid_of "$1" >/dev/null || die "host $1 is not up"
    for link in $(links_of "$1"); do in_switch ip link set "$link" "$2"; done
}

# Slurm asks a node that it took for lost only once a minute: a node that has come back registers by itself instead.
heal_links() {
    set_links "$1" up
    case $1 in
        cn*) node_is_usable "$1" || ! service_runs "$1" slurmd || signal_service "$1" slurmd HUP ;;
    esac
}

links_are_up() {
    local link
    for link in $(links_of "$1"); do
        in_switch ip -o link show "$link" 2>/dev/null | grep -q '[<,]UP[,>]' || return 1
    done
}
