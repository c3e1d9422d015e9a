# slurmray: asks for the states of jobs.
# Set before this text: jobs (their ids, with commas).

LC_ALL=C
SLURM_TIME_FORMAT=%s
export LC_ALL SLURM_TIME_FORMAT
us=$(printf '\037')
over='^(COMPLETED|CANCELLED|FAILED|TIMEOUT|NODE_FAIL|PREEMPTED|BOOT_FAIL|DEADLINE|OUT_OF_MEMORY)$'
exec 3>&1

# Free text comes last.
say squeue.err
queue=$(squeue -h -t all -j "$jobs" -o "%i${us}%A${us}%T${us}%S${us}%e${us}%N${us}%r${us}%j" 2>&3)
status=$?
say squeue.out
printf '%s\n' "$queue"
say squeue.status
echo "$status"

# The database is asked for what the controller doesn't know, or knows to be over.
ask=$(printf '%s\n' "$queue" | awk -F "$us" -v jobs="$jobs" -v over="$over" '
    NF > 2 && $3 !~ over { split($1, id, /[^0-9]/); live[id[1]]; live[$2] }
    END {
        count = split(jobs, list, ",")
        for (i = 1; i <= count; i++)
            if (!(list[i] in live)) { printf "%s%s", comma, list[i]; comma = "," }
    }')
if [ -n "$ask" ]; then
    say sacct.err
    records=$(sacct -X -n -P --delimiter="$us" -j "$ask" --format=JobID,JobIDRaw,State,ExitCode,Start,End,JobName 2>&3)
    status=$?
    say sacct.out
    printf '%s\n' "$records"
    say sacct.status
    echo "$status"

    # The controller is asked for exit codes that the database doesn't have (yet).
    lacking=$( (printf '%s\n' "$records" && printf '%s\n' "$queue") | awk -F "$us" '
        NF > 6 && $6 ~ /^[0-9]+$/ { recorded[$2] }
        NF > 7 && $3 == "FAILED" && !($2 in recorded) && ++count <= 10 { print $2 }')
    for id in $lacking; do
        say "exit.$id"
        # an array's id brings all its tasks
        scontrol show job "$id" 2>/dev/null | awk -v id="$id" '
            /^JobId=/ { mine = ($1 == "JobId=" id) }
            mine && /^   Requeue=[0-9]+ .* ExitCode=[0-9]+:[0-9]+ *$/ { sub(/.*ExitCode=/, ""); print $1 }'
    done
fi
say end
