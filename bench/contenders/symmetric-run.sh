#!/bin/bash
# `ray symmetric-run`, as Ray's guide for Slurm uses it since 2.49: one step, the same command on every node. Words
# between @ are filled in.
#SBATCH --job-name=symmetric-run
#SBATCH --account=@account@
#SBATCH --partition=@partition@
#SBATCH --time=00:10:00
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=3000

module load @module@

srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" \
  ray symmetric-run --address @head_address@:6379 --min-nodes "$SLURM_JOB_NUM_NODES" \
  --num-cpus=2 --object-store-memory=100000000 -- sleep 600
