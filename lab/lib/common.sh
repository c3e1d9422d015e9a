# shellcheck shell=bash
# What every other concern uses: names, addresses, places, messages, waiting.
# shellcheck disable=SC2034  # most of these are read in the files that are sourced beside this one

DEFAULT_SLURM=22.05
SLURM_VERSIONS="22.05 24.11"

HOSTS="vm ctl login1 login2 cn1 cn2 cn3"
CLUSTER_HOSTS="ctl login1 login2 cn1 cn2 cn3"
SSH_HOSTS="vm login1 login2"
PUBLIC_NET=10.77.0
INTERNAL_NET=10.77.1
LAB_NETS=10.77.0.0/16
declare -A PUBLIC_IP=([vm]=10.77.0.5 [login1]=10.77.0.11 [login2]=10.77.0.12)
declare -A INTERNAL_IP=([ctl]=10.77.1.20 [login1]=10.77.1.11 [login2]=10.77.1.12
    [cn1]=10.77.1.101 [cn2]=10.77.1.102 [cn3]=10.77.1.103)

HPC_USERS="hpcuser:5001 hpcuser2:5002"
VM_USERS="vmuser:5101"
ACCOUNT=project_2001234         # both HPC users are in it
OTHER_ACCOUNT=project_2009999   # exists, and no user is in it

# The same search path for the scripts themselves and for what they start: nothing of the caller's environment.
SYSTEM_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH=$SYSTEM_PATH

# Everything that is kept lives here, outside any checkout.
STATE=${SLURMRAY_LAB:-/var/lib/slurmray-lab}
# The running lab's record. One per machine, since only one lab can run on a machine at a time.
RUN=/run/slurmray-lab
LOCKS=/run/lock

say() { printf 'lab: %s\n' "$*"; }
complain() { printf 'lab: %s\n' "$*" >&2; }
die() { complain "$@"; exit 1; }
# Status 4: another lab stands in the way.
refuse() { complain "$@"; exit 4; }

# Progress with the seconds since the start, so that a slow step shows itself.
progress() {
    local now=${EPOCHREALTIME/./} start=${LAB_STARTED/./}
    printf 'lab: %6.2f s  %s\n' "$(((now - start) / 10000))e-2" "$*"
}
LAB_STARTED=$EPOCHREALTIME

# wait_for SECONDS WHAT CMD...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { complain "timed out waiting for $what"; return 1; }
        sleep 0.05
    done
}

require_root() { [ "$(id -u)" = 0 ] || die "this needs root"; }

known_host() {
    case " $HOSTS " in *" $1 "*) ;; *) die "there is no host $1 (hosts: $HOSTS)" ;; esac
}

# Sets what depends on the version: the lower layer of the hosts' file systems and the shared /appl.
use_slurm() {
    SLURM=$1
    APPL=$STATE/appl-$SLURM
    case $SLURM in
        22.05) LOWER=/ ;;
        24.11) LOWER=$(debian13_tree) ;;
    esac
}

# Verbs on a running lab take its state directory and version from its record, not from the caller's environment.
use_running_lab() {
    if [ -f "$RUN/state" ]; then
        STATE=$(cat "$RUN/state")
        use_slurm "$(cat "$RUN/slurm")"
    else
        use_slurm "$DEFAULT_SLURM"
    fi
}

# A file below the lower layer ("/" or the tree of another Debian).
lower() { printf '%s%s\n' "${LOWER%/}" "$1"; }

fingerprint() { sha256sum | cut -c1-16; }
