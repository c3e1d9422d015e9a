# shellcheck shell=bash
# Slurm's configuration, one directory that all hosts of the cluster share.

# Grows from lab to lab, so that no id of an earlier lab comes back.
next_first_job_id() {
    local file=$STATE/first-job-id last id
    last=$(cat "$file" 2>/dev/null || echo 0)
    id=$((2000000 + (EPOCHSECONDS - 1760000000) / 60))
    [ "$id" -gt "$((last + 5000))" ] || id=$((last + 5000))
    echo "$id" >"$file"
    echo "$id"
}

write_slurm_conf() {
    local conf=$STATE/etc/slurm owner
    rm -rf "$conf"
    mkdir -p "$conf"
    sed "s/@FIRST_JOB_ID@/$(next_first_job_id)/; s/@CONTROLLER@/ctl(${INTERNAL_IP[ctl]})/" \
        "$LAB_DIR/conf/slurm.conf" >"$conf/slurm.conf"
    cp "$LAB_DIR"/conf/{cgroup,gres,slurmdbd}.conf "$conf/"
    : >"$conf/plugstack.conf"
    owner=$(awk -F: '$1 == "slurm" { print $3 ":" $4 }' "$(lower /etc/passwd)")
    [ -n "$owner" ] || die "the packages made no user slurm"
    chmod 644 "$conf"/*
    chmod 600 "$conf/slurmdbd.conf"
    chown -R "$owner" "$conf"
}

# try_slurm_conf FILE CMD...: the command as a user of a Slurm that is made of the file and ends with the command.
try_slurm_conf() {
    local file=$1
    shift
    [ -f "$file" ] || die "there is no file $file"
    enter ctl
    exec "${ENTER[@]}" unshare --net --mount --pid --fork --kill-child=KILL --mount-proc \
        bash -c "$(cat "$LAB_DIR/lib/second-slurm.sh")" second-slurm "${INTERNAL_IP[ctl]}" "${HPC_USERS%%:*}" "$@" <"$file"
}
