# slurmray: runs sbatch once, detached from any connection, and writes down what it said.
# Arguments: the record directory, the attempt's number, the job's comment.

record=$1
number=$2
comment=$3
attempt=$record/attempt.$number

# Puts standard input into a file, whole or not at all.
put() {
    cat >"$attempt/$1.new" && mv -f "$attempt/$1.new" "$attempt/$1"
}

ticks=$(cut -d ' ' -f 22 "/proc/$$/stat" 2>/dev/null) || ticks=0
echo "$(uname -n) $$ ${ticks:-0} $(date +%s)" | put owner || exit 1

# Somebody may have taken this process for dead, because it stood still for minutes before it got here.
[ ! -d "$record/attempt.$((number + 1))" ] || exit 1

sbatch --parsable --comment="$comment" "$attempt/job.sh" >"$attempt/out" 2>"$attempt/err"
echo "$? $(date +%s)" | put status
