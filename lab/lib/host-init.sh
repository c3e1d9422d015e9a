#!/bin/bash
# PID 1 of one host: host-init.sh HOST STATE LOWER APPL RUN
# Starts inside fresh network, UTS, IPC, mount and PID namespaces, and builds the file system that the host sees.
set -euo pipefail
host=$1 state=$2 lower=$3 appl=$4 run=$5
mnt=$state/mnt
root=$mnt/root

is_compute() { [[ $host == cn* ]]; }

make_root() {
    mount -t tmpfs -o size=6g,mode=755 "$host" "$mnt"
    mkdir "$mnt/upper" "$mnt/work" "$root"
    mount -t overlay "$host" -o "lowerdir=$lower,upperdir=$mnt/upper,workdir=$mnt/work" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount -t tmpfs -o mode=755 run "$root/run"
    mount -t tmpfs -o mode=1777 tmp "$root/tmp"
    mount -t tmpfs -o mode=700 root "$root/root"
    mkdir -p "$root"/run/{munge,slurm,sshd,mysqld,lock}
    # the lab's own keys and caches are no part of a host
    [ ! -d "$root$state" ] || mount -t tmpfs -o mode=700 hidden "$root$state"
}

make_devices() {
    local dev=$root/dev spec
    mount -t tmpfs -o mode=755 dev "$dev"
    for spec in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
        # shellcheck disable=SC2086  # name, major, minor
        set -- $spec
        mknod -m 666 "$dev/$1" c "$2" "$3"
    done
    mkdir "$dev/pts" "$dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dev/pts"
    # Ray's object stores live here
    mount -t tmpfs -o mode=1777,size=2g shm "$dev/shm"
    ln -s pts/ptmx "$dev/ptmx"
    ln -s /proc/self/fd "$dev/fd"
    ln -s fd/0 "$dev/stdin"
    ln -s fd/1 "$dev/stdout"
    ln -s fd/2 "$dev/stderr"
    if [ "$host" = cn3 ]; then
        # fake GPUs: files with the numbers of /dev/null
        for spec in 0 1 2 3; do mknod -m 666 "$dev/nvidia$spec" c 1 3; done
    fi
}

# A compute node sees its own part of the machine's cgroups as if it were all of them.
make_cgroups() {
    local controller group
    mount -t tmpfs -o mode=755 cgroup "$root/sys/fs/cgroup"
    for controller in freezer memory; do
        group=/sys/fs/cgroup/$controller/slurmray-lab/$host
        mkdir -p "$group" "$root/sys/fs/cgroup/$controller"
        mount --bind "$group" "$root/sys/fs/cgroup/$controller"
    done
}

make_etc() {
    cp -r --preserve=mode "$state/hosts/$host/etc/." "$root/etc/"
    chroot "$root" chgrp shadow /etc/shadow
    chmod 640 "$root/etc/shadow"
    hostname "$host"
}

make_vm_home() {
    mount -t tmpfs -o mode=755 home "$root/home"
    mkdir -p "$root/home/vmuser/.ssh"
    cp "$root/etc/skel/.bashrc" "$root/etc/skel/.profile" "$root/home/vmuser/"
    cat "$state/keys/id_ed25519.pub" "$state/keys/cluster_ed25519.pub" >"$root/home/vmuser/.ssh/authorized_keys"
    chmod 700 "$root/home/vmuser" "$root/home/vmuser/.ssh"
    chmod 600 "$root/home/vmuser/.ssh/authorized_keys"
    chroot "$root" chown -R vmuser:vmuser /home/vmuser
}

mount_shared() {
    local dir
    for dir in home scratch projappl; do
        mkdir -p "$root/$dir"
        mount --bind "$state/shared/$dir" "$root/$dir"
    done
    mkdir -p "$root/appl" "$root/etc/slurm"
    mount --bind "$appl" "$root/appl"
    mount -o remount,bind,ro "$root/appl"
    mount --bind "$state/etc/slurm" "$root/etc/slurm"
}

make_service_dirs() {
    mkdir -p "$root"/var/lib/slurm/{slurmd,slurmctld} "$root/var/log/slurm" "$root/var/lib/labdb" \
        "$root/etc/munge" "$root/var/lib/munge" "$root/var/log/munge"
    rm -f "$root"/var/log/slurm/* "$root"/var/log/munge/*
    install -m 400 "$state/keys/munge.key" "$root/etc/munge/munge.key"
    chmod 711 "$root/var/lib/munge"
    if [ "$host" = ctl ]; then
        mount --bind "$state/disk/ctl/slurmctld" "$root/var/lib/slurm/slurmctld"
        mount --bind "$state/disk/ctl/mariadb" "$root/var/lib/labdb"
    fi
    chroot "$root" chown -R slurm: /var/lib/slurm /var/log/slurm /run/slurm
    chroot "$root" chown -R munge: /etc/munge /var/lib/munge /var/log/munge /run/munge
    chroot "$root" chown mysql: /var/lib/labdb /run/mysqld
}

# Says which process this is, as seen from outside, then forgets the machine.
change_root() {
    local pid rest
    mkdir "$root/.machine"
    cd "$root"
    pivot_root . .machine
    cd /
    # shellcheck disable=SC2034  # the rest of the line
    read -r pid rest </.machine/proc/self/stat
    echo "$pid" >"/.machine$run/$host.booted.new"
    mv "/.machine$run/$host.booted.new" "/.machine$run/$host.booted"
    umount -l /.machine
    rmdir /.machine
}

mount --make-rprivate /
# Ray opens many; as many as a machine that allows no more has
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
make_root
make_devices
! is_compute || make_cgroups
make_etc
if [ "$host" = vm ]; then
    make_vm_home
else
    mount_shared
    make_service_dirs
fi
change_root
exec >/dev/null 2>&1
# stay, and let bash reap the orphans that every PID 1 inherits
trap 'exit 0' TERM
while :; do
    sleep 3600 &
    wait $! || true
done
