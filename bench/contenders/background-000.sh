#!/bin/bash
# The batch script of the background material for LUMI (its other one, for Puhti and Mahti, differs by a virtual
# environment and a `pip list`, which take longer). Unchanged but for what is between @: paths, accounts, addresses and
# ports of the lab, the module, and the wrapper, which only one of the modules has.
#SBATCH --job-name=ray-cluster
#SBATCH --account=@account@
#SBATCH --partition=@partition@
#SBATCH --time=00:10:00
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=10GB

module use /appl/local/csc/modulefiles/
module load @module@

echo "Loaded modules:"

module list

echo "Setting connection variables"

key_path="@key@"
cloud_private_ip="@vm@"
cloud_port=@vm_port@
cloud_user="@vm_user@"
cloud_public_ip="@vm@"

echo "Setting Ray variables"

hpc_head_port=8265
hpc_dashboard_port=8280
nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
# shellcheck disable=SC2206
nodes_array=($nodes)
head_node=${nodes_array[0]}
head_node_ip=$(srun --nodes=1 --ntasks=1 -w "$head_node" hostname --ip-address)

echo "Setting up Ray head"

ip_head=$head_node_ip:$hpc_head_port
export ip_head
echo "IP Head: $ip_head"

echo "Starting HEAD at $head_node"
srun --nodes=1 --ntasks=1 -w "$head_node" \
    @wrapper@ ray start --head --node-ip-address="$head_node_ip" \
    --port=$hpc_head_port --dashboard-host="$head_node_ip" --dashboard-port=$hpc_dashboard_port \
    --num-cpus "${SLURM_CPUS_PER_TASK}" --block &

echo "Setting up SSH tunnel"

# shellcheck disable=SC2086
ssh -f -o StrictHostKeyChecking=no -i $key_path -N \
-R $cloud_private_ip:$cloud_port:$head_node_ip:$hpc_dashboard_port \
$cloud_user@$cloud_public_ip

echo "Reverse port forward running"

sleep 5

echo "Setting up Ray workers"

worker_num=$((SLURM_JOB_NUM_NODES - 1))

for ((i = 1; i <= worker_num; i++)); do
    node_i=${nodes_array[$i]}
    echo "Starting WORKER $i at $node_i"
    srun --nodes=1 --ntasks=1 -w "$node_i" \
         @wrapper@ ray start --address "$ip_head" \
	 --num-cpus "${SLURM_CPUS_PER_TASK}" --block &
    sleep 240
done
