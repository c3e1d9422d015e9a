package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a job and its steps find in their environment: pure functions. */
final class JobEnvironment {
    private JobEnvironment() {}

    static Effect.Start start(Job j, SiteConf conf) {
        Map<String, String> env = new LinkedHashMap<>(j.request.environment);
        env.putAll(ofJob(j, conf));
        onNode(j, j.shares.get(0), 0, env);
        env.put("SLURM_PROCID", "0");
        env.put("SLURM_LOCALID", "0");
        env.put("ENVIRONMENT", "BATCH");
        return new Effect.Start(
                j.id,
                j.restarts,
                j.request.script,
                j.request.arguments,
                env,
                j.request.workDir,
                FileNames.expand(j.request.stdin, j),
                FileNames.stdout(j),
                FileNames.stderr(j),
                j.request.append);
    }

    /** The variables that are the same on all nodes. */
    static Map<String, String> ofJob(Job j, SiteConf conf) {
        JobRequest r = j.request;
        Map<String, String> env = new LinkedHashMap<>();
        String id = Long.toString(j.id);
        env.put("SLURM_JOB_ID", id);
        env.put("SLURM_JOBID", id);
        env.put("SLURM_JOB_NAME", j.name);
        env.put("SLURM_JOB_USER", r.user);
        env.put("SLURM_JOB_UID", Long.toString(r.uid));
        env.put("SLURM_JOB_ACCOUNT", j.account);
        env.put("SLURM_JOB_PARTITION", j.partition.name());
        env.put("SLURM_JOB_QOS", j.qos);
        env.put("SLURM_JOB_NODELIST", j.nodeList());
        env.put("SLURM_NODELIST", j.nodeList());
        env.put("SLURM_JOB_NUM_NODES", Integer.toString(j.shares.size()));
        env.put("SLURM_NNODES", Integer.toString(j.shares.size()));
        env.put(
                "SLURM_JOB_CPUS_PER_NODE",
                repeated(j.shares.stream().map(Share::cpus).toList()));
        env.put(
                "SLURM_TASKS_PER_NODE",
                repeated(j.shares.stream().map(s -> Math.max(1, s.tasks())).toList()));
        env.put("SLURM_CLUSTER_NAME", conf.clusterName());
        env.put("SLURM_SUBMIT_DIR", r.workDir);
        env.put("SLURM_SUBMIT_HOST", "login1");
        env.put("SLURM_PRIO_PROCESS", "0");
        env.put("SLURM_GTIDS", "0");
        env.put("SLURM_CONF", "/etc/slurm/slurm.conf");
        if (conf.release() == SlurmRelease.V24_11) {
            j.start.ifPresent(s -> env.put("SLURM_JOB_START_TIME", Long.toString(s.getEpochSecond())));
            j.limitReached().ifPresent(e -> env.put("SLURM_JOB_END_TIME", Long.toString(e.getEpochSecond())));
        }
        r.tasks.ifPresent(n -> {
            env.put("SLURM_NTASKS", Integer.toString(n));
            env.put("SLURM_NPROCS", Integer.toString(n));
        });
        r.tasksPerNode.ifPresent(n -> {
            env.put("SLURM_NTASKS_PER_NODE", Integer.toString(n));
            env.putIfAbsent("SLURM_NTASKS", Integer.toString(n * j.shares.size()));
            env.putIfAbsent("SLURM_NPROCS", Integer.toString(n * j.shares.size()));
        });
        r.cpusPerTask.ifPresent(n -> env.put("SLURM_CPUS_PER_TASK", Integer.toString(n)));
        r.memPerNode.ifPresent(mb -> env.put("SLURM_MEM_PER_NODE", Long.toString(mb)));
        if (r.memPerNode.isEmpty()) {
            r.memPerCpu.stream()
                    .boxed()
                    .findFirst()
                    .or(() -> j.partition.defMemPerCpu().stream().boxed().findFirst())
                    .ifPresent(mb -> env.put("SLURM_MEM_PER_CPU", Long.toString(mb)));
        }
        if (j.restarts > 0) {
            env.put("SLURM_RESTART_COUNT", Integer.toString(j.restarts));
        }
        if (j.isArray()) {
            env.put("SLURM_ARRAY_JOB_ID", Long.toString(j.arrayId));
            env.put("SLURM_ARRAY_TASK_ID", Integer.toString(j.taskId.orElse(0)));
            env.put("SLURM_ARRAY_TASK_COUNT", Integer.toString(r.array.size()));
            env.put("SLURM_ARRAY_TASK_MIN", Integer.toString(r.array.first()));
            env.put("SLURM_ARRAY_TASK_MAX", Integer.toString(r.array.last()));
            int next = r.array.size() > 1 ? r.array.higher(r.array.first()) - r.array.first() : 1;
            env.put("SLURM_ARRAY_TASK_STEP", Integer.toString(next));
        }
        return env;
    }

    /** Adds what differs from node to node. */
    static void onNode(Job j, Share share, int nodeId, Map<String, String> env) {
        env.put("SLURMD_NODENAME", share.node());
        env.put("SLURM_NODEID", Integer.toString(nodeId));
        env.put("SLURM_CPUS_ON_NODE", Integer.toString(share.cpus()));
        int gpus = share.gres().entrySet().stream()
                .filter(e -> Gres.name(e.getKey()).equals("gpu"))
                .mapToInt(Map.Entry::getValue)
                .sum();
        if (gpus > 0) {
            String numbers =
                    IntStream.range(0, gpus).mapToObj(Integer::toString).collect(Collectors.joining(","));
            env.put("SLURM_JOB_GPUS", numbers);
            env.put("SLURM_GPUS_ON_NODE", Integer.toString(gpus));
            env.put("CUDA_VISIBLE_DEVICES", numbers);
            env.put("GPU_DEVICE_ORDINAL", numbers);
        }
    }

    /** As Slurm writes counts by node: {@code 4(x2),2}. */
    static String repeated(List<Integer> counts) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < counts.size(); ) {
            int end = i;
            while (end < counts.size() && counts.get(end).equals(counts.get(i))) {
                end++;
            }
            items.add(counts.get(i) + (end - i > 1 ? "(x" + (end - i) + ")" : ""));
            i = end;
        }
        return String.join(",", items);
    }
}
