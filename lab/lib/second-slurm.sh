#!/bin/bash
# A second slurmctld on the host ctl, in namespaces of its own, so that the lab's own doesn't notice and nothing of it
# stays: second-slurm.sh ADDRESS USER CMD... <FILE
set -euo pipefail
address=$1 user=$2
shift 2
log=/run/slurm/slurmctld.log

# What belongs to the machine. The nodes exist as definitions only: as a cloud's that are switched off, they are never
# looked for, and yet a job can be planned on them.
write_conf() {
    cat <<X
SlurmctldHost=$(hostname)($address)
SlurmUser=slurm
AuthType=auth/munge
StateSaveLocation=/run/slurm/state
SlurmdSpoolDir=/run/slurm/spool
SlurmctldPidFile=/run/slurm/slurmctld.pid
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
PrivateData=cloud
NodeName=DEFAULT State=CLOUD
X
    grep -qi '^ClusterName=' site.conf || echo ClusterName=site
    echo "Include /etc/slurm/site.conf"
}

# What the file did wrong, and not what this controller does without (MPI, an earlier life, a default partition), nor that
# the machine is busy, which slurmctld says as an error of its clock.
errors() {
    grep -E '(error|fatal): ' "$log" |
        grep -vE 'MPI|mpi/|state (save )?file|default partition not set|High latency for' >&2
}

answers() { scontrol ping >/dev/null 2>&1; }

ip link set lo up
ip address add "$address/32" dev lo
mount -t tmpfs -o mode=755 conf /etc/slurm
mount -t tmpfs -o mode=755 run /run/slurm
mkdir /run/slurm/state /run/slurm/spool
chown -R slurm: /run/slurm
cd /etc/slurm
cat >site.conf
write_conf >slurm.conf
: >gres.conf
: >cgroup.conf

slurmctld -c -D </dev/null >"$log" 2>&1 &
until answers; do
    { kill -0 $! && [ $SECONDS -lt 20 ]; } 2>/dev/null || { errors || cat "$log" >&2; exit 1; }
    sleep 0.05
done
! errors || exit 1
setpriv --reuid "$user" --regid "$user" --init-groups --reset-env \
    env -C / PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 "$@" </dev/null
