# slurmray: fetches the accounting of a job.
# Set before this text: job, fields (sacct's names with commas, in the newer versions' spelling).

LC_ALL=C
SLURM_TIME_FORMAT=%s
export LC_ALL SLURM_TIME_FORMAT
us=$(printf '\037')
exec 3>&1

# Up to 22.05, Planned and PlannedCPU are called Reserved and ResvCPU, and each version refuses the other's names.
# This asks the command itself, not the database.
case $(sacct --helpformat 2>/dev/null) in
    *Planned*) ;;
    *Reserved*) fields=$(echo "$fields" | sed 's/PlannedCPU/ResvCPU/; s/Planned/Reserved/') ;;
esac

say sacct.err
records=$(sacct -n -P --delimiter="$us" -j "$job" --format="$fields" 2>&3)
status=$?
say sacct.out
printf '%s\n' "$records"
say sacct.status
echo "$status"
say end
