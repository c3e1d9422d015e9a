"""Estimates pi with one task on every node of the Ray cluster, and says which nodes took part."""

import os
import random
import socket

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

SAMPLES = 1_000_000


@ray.remote(num_cpus=1)
def hits(seed):
    generator = random.Random(seed)
    inside = sum(generator.random() ** 2 + generator.random() ** 2 <= 1 for _ in range(SAMPLES))
    return os.environ.get("SLURMD_NODENAME", socket.gethostname()), inside


ray.init()
nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
tasks = [
    hits.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(seed)
    for seed, node in enumerate(nodes)
]
total = 0
for number, task in enumerate(tasks, start=1):
    host, inside = ray.get(task)
    total += inside
    print(f"{host} took part: {inside} of {SAMPLES} points inside, pi is about {4 * total / (number * SAMPLES):.4f}", flush=True)
print(f"nodes that took part: {len(nodes)}")
