#!/bin/bash
# The pattern of Ray's guide for Slurm up to Ray 2.48, in our own words: the head in a step of its own, a fixed sleep of
# 10 s, then a step for each worker with 5 s between them. Words between @ are filled in.
#SBATCH --job-name=older-guide
#SBATCH --account=@account@
#SBATCH --partition=@partition@
#SBATCH --time=00:10:00
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=3000

module load @module@

mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
head=${nodes[0]}
head_ip=$(srun --nodes=1 --ntasks=1 -w "$head" hostname --ip-address)

srun --nodes=1 --ntasks=1 -w "$head" \
  @wrapper@ ray start --head --node-ip-address="$head_ip" --port=6379 \
  --num-cpus=2 --object-store-memory=100000000 --block &
sleep 10

for worker in "${nodes[@]:1}"; do
  srun --nodes=1 --ntasks=1 -w "$worker" \
    @wrapper@ ray start --address="$head_ip:6379" --num-cpus=2 --object-store-memory=100000000 --block &
  sleep 5
done
wait
