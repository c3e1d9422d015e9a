# shellcheck shell=bash
# The daemons of each host: start, stop, kill, and the database that the accounting starts from.

services_of() {
    case $1 in
        vm) echo "sshd" ;;
        ctl) echo "munged mariadbd slurmdbd slurmctld" ;;
        login*) echo "munged sshd" ;;
        cn*) echo "munged slurmd" ;;
    esac
}

pid_file() {
    case $1 in
        sshd) echo /run/sshd.pid ;;
        munged) echo /run/munge/munged.pid ;;
        mariadbd) echo /run/mysqld/mysqld.pid ;;
        slurm*) echo "/run/slurm/$1.pid" ;;
    esac
}

# service_verb start|stop|kill HOST SERVICE
service_verb() {
    local verb=$1 host=$2 service=$3
    case " $(services_of "$host") " in
        *" $service "*) ;;
        *) die "host $host has no service $service, it has: $(services_of "$host")" ;;
    esac
    case $verb in
        start) start_service "$host" "$service" ;;
        stop) end_service "$host" "$service" TERM ;;
        kill) end_service "$host" "$service" KILL ;;
        *) usage ;;
    esac
}

# The program behind the recorded process: its name alone changes when slurmd starts itself anew.
service_runs() {
    pid_of "$1" >/dev/null || return 1
    # shellcheck disable=SC2016  # for the shell inside
    in_host "$1" sh -c 'read -r pid <"$1" && program=$(readlink "/proc/$pid/exe") &&
        case ${program##*/} in "$2" | "$2-wlm") ;; *) exit 1 ;; esac' \
        sh "$(pid_file "$2")" "$2" 2>/dev/null
}

# Returns when the service answers, so that nobody has to wait for it again.
start_service() {
    local host=$1 service=$2 log=$STATE/log/$1-$2.log
    ! service_runs "$host" "$service" || return 0
    # a stale file would be read as an answer
    in_host "$host" rm -f "$(pid_file "$service")"
    launch_service "$host" "$service" </dev/null >"$log" 2>&1 ||
        { complain "$service of $host did not start:"; cat "$log" >&2; return 1; }
    wait_for 30 "$service of $host" service_answers "$host" "$service"
}

launch_service() {
    local host=$1
    case $2 in
        munged) in_host "$host" setpriv --reuid munge --regid munge --init-groups munged --key-file=/etc/munge/munge.key ;;
        sshd) in_host "$host" /usr/sbin/sshd -E /var/log/sshd.log ;;
        mariadbd) in_host "$host" sh -c 'setsid mariadbd --defaults-file=/etc/mysql/lab.cnf </dev/null >/var/log/mariadb.log 2>&1 &' ;;
        slurmdbd | slurmctld | slurmd) in_host "$host" "$2" ;;
    esac
}

service_answers() {
    service_runs "$1" "$2" || return 1
    case $2 in
        mariadbd) in_host "$1" mariadb -S /run/mysqld/mysqld.sock -e 'select 1' ;;
        slurmdbd) in_host "$1" sacctmgr -n show cluster ;;
        slurmctld) in_host "$1" scontrol ping ;;
    esac
}

end_service() {
    local host=$1 service=$2 signal=$3
    service_runs "$host" "$service" || { say "$service does not run on $host"; return 0; }
    signal_service "$host" "$service" "$signal"
    wait_for 30 "the end of $service on $host" service_has_ended "$host" "$service"
}

signal_service() {
    # shellcheck disable=SC2016  # for the shell inside
    in_host "$1" sh -c 'kill -s "$1" "$(cat "$2")"' sh "$3" "$(pid_file "$2")"
}

service_has_ended() { ! service_runs "$1" "$2"; }

start_services() {
    local service
    for service in $(services_of "$1"); do
        start_service "$1" "$service" || return 1
    done
}

# ---------------------------------------------------------------- the accounting database

# A database with the cluster, the accounts and the users is made once and kept: filling it takes seconds.
database_template() {
    printf '%s/cache/mariadb-%s-%s.tar\n' "$STATE" "$SLURM" "$(
        { declare -f fill_database; echo "$ACCOUNT $OTHER_ACCOUNT $HPC_USERS"; cat "$LAB_DIR/conf/mariadb.cnf"; } | fingerprint)"
}

# Before the controller's services start for the first time in this lab.
prepare_database() {
    local template
    template=$(database_template)
    if [ ! -f "$template" ]; then
        progress "making the accounting database (once)"
        fill_database >"$STATE/log/database.log" 2>&1 || die "the accounting database failed: see $STATE/log/database.log"
        in_host ctl tar -C /var/lib/labdb -c . >"$template.new"
        mv "$template.new" "$template"
    else
        in_host ctl tar -C /var/lib/labdb -xp --numeric-owner <"$template"
    fi
}

fill_database() {
    local entry
    in_host ctl mariadb-install-db --defaults-file=/etc/mysql/lab.cnf --auth-root-authentication-method=socket \
        --skip-test-db || return 1
    start_service ctl munged && start_service ctl mariadbd || return 1
    in_host ctl mariadb -S /run/mysqld/mysqld.sock <<X || return 1
create database slurm_acct_db;
create user slurm@'127.0.0.1' identified by 'slurmlab';
grant all on slurm_acct_db.* to slurm@'127.0.0.1';
create user slurm@localhost identified by 'slurmlab';
grant all on slurm_acct_db.* to slurm@localhost;
X
    start_service ctl slurmdbd || return 1
    in_host ctl sacctmgr -i add cluster lab || return 1
    in_host ctl sacctmgr -i add account "$ACCOUNT" "$OTHER_ACCOUNT" Cluster=lab Description=lab Organization=lab || return 1
    for entry in $HPC_USERS; do
        in_host ctl sacctmgr -i add user "${entry%:*}" Account="$ACCOUNT" Cluster=lab || return 1
    done
    end_service ctl slurmdbd TERM && end_service ctl mariadbd TERM
}
