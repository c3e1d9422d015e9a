# slurmray: lists the user's jobs with what may tell which submission they come from.
# Set before this text: minutes (how far to look back).

LC_ALL=C
export LC_ALL
us=$(printf '\037')
exec 3>&1

say squeue.err
jobs=$(squeue -h -t all --me -o "%A${us}%k" 2>&3)
status=$?
say squeue.out
printf '%s\n' "$jobs"
say squeue.status
echo "$status"

say sacct.err
jobs=$(sacct -X -n -P --delimiter="$us" -S "now-${minutes}minutes" --format=JobIDRaw,Comment,SubmitLine 2>&3)
status=$?
say sacct.out
printf '%s\n' "$jobs"
say sacct.status
echo "$status"

# Without the database, the controller alone knows every job that ended less than this ago.
say min-job-age
[ "$status" -eq 0 ] || scontrol show config 2>/dev/null | awk '$1 == "MinJobAge" { print $3 }'
say end
