# slurmray: submits a batch job at most once, however often this text is run with the same record directory.
#
# Set before this text: record (the directory), after (attempts up to this one are known to be over and to have left
# no job), size (bytes of the batch script, which comes on standard input), wait (seconds), comment (for the job),
# runner (the text of run-sbatch.sh). Or record, after and wait, and look=yes: then nothing is submitted.
#
# The record holds one directory for each attempt, attempt.1 as a rule the only one:
#     job.sh   the batch script
#     owner    host, process id, that process's start in clock ticks after boot, seconds since 1970
#     out err  what sbatch said
#     status   sbatch's exit status and when it ended; in place only when out and err are complete
#     found    the job's id, where it had to be looked for in Slurm
# Making the directory of an attempt is what decides who submits: mkdir succeeds for one caller only.

umask_before=$(umask)
umask 077
case $record in /*) ;; *) record=$PWD/$record ;; esac

if [ "${look:-}" != yes ]; then
    # Again, since another client may just be removing a parent that was empty.
    mkdir -p "$record" 2>/dev/null || mkdir -p "$record" 2>/dev/null || mkdir -p "$record" || exit 1
    mine=$record/incoming.$nonce
    trap 'rm -f "$mine"' EXIT
    trap 'exit 1' HUP INT TERM PIPE
    cat >"$mine" || exit 1
    if [ "$(wc -c <"$mine")" -ne "$size" ]; then
        echo "the batch script arrived cut: $(wc -c <"$mine") of $size bytes" >&2
        exit 1
    fi
fi

# Starts attempt $1, unless somebody else has.
start() {
    if ! mkdir "$record/attempt.$1" 2>/dev/null; then
        [ -d "$record/attempt.$1" ] && return
        echo "can't make $record/attempt.$1" >&2
        exit 1
    fi
    mv "$mine" "$record/attempt.$1/job.sh" || exit 1
    started=yes
    # Not tied to this connection: when it breaks, sbatch goes on and its answer is kept.
    if command -v setsid >/dev/null; then detach="setsid"; else detach="nohup"; fi
    (
        umask "$umask_before"
        exec "$detach" sh -c "$runner" slurmray-submit "$record" "$1" "$comment" </dev/null >/dev/null 2>&1
    ) &
}

# Tells whether process $1 is still the one that started at $2, or has left sbatch behind in its process group.
alive() {
    if kill -0 "$1" 2>/dev/null; then
        [ "$2" = 0 ] || [ "$(cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null)" = "$2" ]
    else
        kill -0 "-$1" 2>/dev/null
    fi
}

started=no
attempt=
owner=
age=
deadline=$(($(date +%s) + wait))
while :; do
    n=0
    while [ -d "$record/attempt.$((n + 1))" ]; do n=$((n + 1)); done
    if [ "$n" -le "$after" ]; then
        if [ "${look:-}" = yes ]; then
            state=none
            break
        fi
        n=$((n + 1))
        start "$n"
    fi
    attempt=$record/attempt.$n
    owner=
    age=
    if [ "$started" = no ] && [ -n "${mine:-}" ] && [ -f "$attempt/job.sh" ] && ! cmp -s "$mine" "$attempt/job.sh"; then
        state=other-script
        break
    fi
    if [ -f "$attempt/owner" ]; then
        read -r host pid ticks epoch <"$attempt/owner"
        owner="$host $pid"
        age=$(($(date +%s) - epoch))
        if [ "$host" != "$(uname -n)" ]; then
            # It can't be looked at, but sbatch gives up by itself after two minutes of retries of some seconds each.
            if [ "$age" -lt 600 ]; then state=elsewhere; else state=dead; fi
        elif alive "$pid" "$ticks"; then
            state=running
        else
            state=dead
        fi
    elif [ -n "$(find "$attempt" -prune -mmin +2 2>/dev/null)" ]; then
        state=abandoned
    else
        state=starting
    fi
    # Looked at last, since sbatch may have ended in the meantime.
    if [ -f "$attempt/found" ]; then
        state=found
    elif [ -f "$attempt/status" ]; then
        state=over
    fi
    case $state in dead | abandoned | found | over) break ;; esac
    [ "$(date +%s)" -lt "$deadline" ] || break
    sleep 0.1 2>/dev/null || sleep 1
done

say state
echo "$state"
say attempt
echo "$n"
say started
echo "$started"
say owner
echo "$owner"
say age
echo "$age"
for file in found status out err; do
    say "$file"
    [ ! -f "$attempt/$file" ] || cat "$attempt/$file"
done
say end
