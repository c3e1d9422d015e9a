# Set before this text: nonce (marks the sections of the answer), path (directory of Slurm's commands, or empty).

# What the user's shell presets for Slurm's commands would silently change the request or the answer.
for name in $(env | awk -F= '/^(SBATCH|SQUEUE|SACCT|SCANCEL)_[A-Za-z0-9_]*=|^SLURM_CLUSTERS=/ { print $1 }'); do
    unset "$name"
done
[ -z "$path" ] || { PATH=$path:$PATH; export PATH; }

# The answer is made of sections, each after a line that nobody can guess and nothing else prints.
say() {
    printf '\n=%s= %s\n' "$nonce" "$1"
}
