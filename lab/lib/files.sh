# shellcheck shell=bash
# Keys, homes and each host's /etc, made before the hosts boot.

make_key() {
    local file=$1
    shift
    [ -f "$file" ] || ssh-keygen -q -N '' -C "$(basename "$file")" -f "$file" "$@"
}

# Keys are kept over down and up, so that a client's known_hosts stays right.
make_keys() {
    local keys=$STATE/keys host
    mkdir -p "$keys"
    chmod 700 "$keys"
    make_key "$keys/id_ed25519" -t ed25519
    make_key "$keys/cluster_ed25519" -t ed25519
    for host in $SSH_HOSTS; do
        make_key "$keys/host_${host}_ed25519" -t ed25519
        make_key "$keys/host_${host}_rsa" -t rsa -b 3072
    done
    [ -f "$keys/munge.key" ] || (umask 077 && head -c 1024 /dev/urandom >"$keys/munge.key")
    for host in $SSH_HOSTS; do
        sed "s/ [^ ]*$//; s/^/$host,${PUBLIC_IP[$host]} /" "$keys/host_${host}_ed25519.pub" "$keys/host_${host}_rsa.pub"
    done >"$keys/known_hosts"
}

# make_home DIR UID KEY...: a home with the shell's default files, where the given public keys may log in.
make_home() {
    local home=$1 id=$2
    shift 2
    mkdir -p "$home/.ssh"
    cp "$(lower /etc/skel/.bashrc)" "$(lower /etc/skel/.profile)" "$home/"
    cat "$@" >"$home/.ssh/authorized_keys"
    chmod 700 "$home" "$home/.ssh"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$id:$id" "$home"
}

# The file systems that login and compute nodes share. Each lab starts with empty ones.
make_shared() {
    local shared=$STATE/shared keys=$STATE/keys entry user id
    rm -rf "$shared"
    mkdir -p "$shared"/{home,scratch,projappl} "$shared/scratch/$ACCOUNT" "$shared/projappl/$ACCOUNT"
    chmod 1777 "$shared/scratch"
    chmod 1777 "$shared/scratch/$ACCOUNT" "$shared/projappl/$ACCOUNT"
    for entry in $HPC_USERS; do
        user=${entry%:*} id=${entry#*:}
        make_home "$shared/home/$user" "$id" "$keys/id_ed25519.pub"
    done
    # a key of the user's own that the cloud VM accepts; nothing uses it unless told to
    install -m 600 -o 5001 -g 5001 "$keys/cluster_ed25519" "$shared/home/hpcuser/.ssh/cluster_ed25519"
}

# What a power cut doesn't erase: the controller's state and the database.
make_disks() {
    rm -rf "$STATE/disk"
    mkdir -p "$STATE/disk/ctl/slurmctld" "$STATE/disk/ctl/mariadb"
}

host_users() {
    case $1 in
        vm) echo "$VM_USERS" ;;
        *) echo "$HPC_USERS" ;;
    esac
}

write_accounts() {
    local host=$1 etc=$2 entry user id
    cp "$(lower /etc/passwd)" "$(lower /etc/group)" "$(lower /etc/shadow)" "$etc/"
    for entry in $(host_users "$host"); do
        user=${entry%:*} id=${entry#*:}
        echo "$user:x:$id:$id:$user:/home/$user:/bin/bash" >>"$etc/passwd"
        echo "$user:x:$id:" >>"$etc/group"
        # "*": no password; "!" would lock the account and sshd would refuse its keys
        echo "$user:*:19000:0:99999:7:::" >>"$etc/shadow"
    done
}

# The cloud VM knows the public addresses, the cluster its internal ones and the VM.
write_hosts_file() {
    local host=$1 other
    echo "127.0.0.1 localhost"
    echo "::1 localhost ip6-localhost"
    if [ "$host" = vm ]; then
        for other in $SSH_HOSTS; do echo "${PUBLIC_IP[$other]} $other"; done
    else
        echo "${PUBLIC_IP[vm]} vm"
        for other in $CLUSTER_HOSTS; do echo "${INTERNAL_IP[$other]} $other"; done
    fi
}

write_sshd_files() {
    local host=$1 ssh=$2/ssh type
    mkdir -p "$ssh"
    for type in ed25519 rsa; do
        install -m 600 "$STATE/keys/host_${host}_$type" "$ssh/ssh_host_${type}_key"
        install -m 644 "$STATE/keys/host_${host}_$type.pub" "$ssh/ssh_host_${type}_key.pub"
    done
    cp "$LAB_DIR/conf/sshd_config" "$ssh/sshd_config"
    [ "$host" != vm ] || cat "$LAB_DIR/conf/sshd_config.vm" >>"$ssh/sshd_config"
}

# What differs from the lower layer's /etc; host-init.sh copies it over.
make_host_etc() {
    local host=$1 etc=$STATE/hosts/$1/etc
    mkdir -p "$etc/lmod"
    echo "$host" >"$etc/hostname"
    write_hosts_file "$host" >"$etc/hosts"
    : >"$etc/resolv.conf"
    cp "$LAB_DIR/conf/nsswitch.conf" "$etc/nsswitch.conf"
    write_accounts "$host" "$etc"
    echo /appl/modulefiles >"$etc/lmod/modulespath"
    [ "$host" != ctl ] || install -D -m 644 "$LAB_DIR/conf/mariadb.cnf" "$etc/mysql/lab.cnf"
    case " $SSH_HOSTS " in *" $host "*) write_sshd_files "$host" "$etc" ;; esac
}

make_files() {
    local host
    mkdir -p "$STATE/log" "$STATE/mnt"
    chmod 755 "$STATE"
    make_keys
    make_shared
    make_disks
    rm -rf "$STATE/hosts"
    for host in $HOSTS; do make_host_etc "$host"; done
    write_slurm_conf
}
