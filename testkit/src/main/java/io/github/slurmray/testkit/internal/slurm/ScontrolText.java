package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What scontrol show prints of jobs, nodes and partitions. */
final class ScontrolText {
    private final Controller controller;
    private final Invocation call;
    private final boolean oneLine;

    ScontrolText(Controller controller, Invocation call, boolean oneLine) {
        this.controller = controller;
        this.call = call;
        this.oneLine = oneLine;
    }

    private boolean isOld() {
        return controller.conf().release() == SlurmRelease.V22_05;
    }

    private String lines(List<String> lines) {
        return String.join(oneLine ? " " : "\n   ", lines) + (oneLine ? "\n" : "\n\n");
    }

    private String time(Optional<Instant> time, String otherwise) {
        return time.map(t ->
                        Times.print(t, call.environment(), controller.conf().zone()))
                .orElse(otherwise);
    }

    private static String orNull(String text) {
        return text.isEmpty() ? "(null)" : text;
    }

    /**
     * Prints a job.
     *
     * @param task the task that was asked for of an array that has not started it
     */
    String job(Job j, Optional<Integer> task) {
        JobRequest r = j.request;
        Optional<Integer> waitingTask = task.filter(j.waitingTasks::contains);
        String array = j.isArray()
                ? " ArrayJobId=" + j.arrayId + " ArrayTaskId="
                        + waitingTask.map(Object::toString).orElseGet(j::printedTask)
                        + (j.throttle.isPresent() ? " ArrayTaskThrottle=" + j.throttle.getAsInt() : "")
                : "";
        String user = r.user + "(" + r.uid + ")";
        Optional<Instant> startTime =
                j.start.or(() -> j.plannedStart).or(() -> j.reason.equals("BeginTime") ? j.begin : Optional.empty());
        String nodes = j.nodeList().isEmpty() ? "" : j.nodeList();
        String tres = j.tres();
        int perNode = r.tasksPerNode.orElse(0);
        String memory = r.memPerNode.isPresent()
                ? "MinMemoryNode=" + (r.memPerNode.getAsLong() == 0 ? "0" : Job.memory(r.memPerNode.getAsLong()))
                : "MinMemoryCPU="
                        + Job.memory(
                                r.memPerCpu.orElse(j.partition.defMemPerCpu().orElse(0)));
        java.util.ArrayList<String> lines = new java.util.ArrayList<>(List.of(
                "JobId=" + j.id + array + " JobName=" + j.name,
                "UserId=" + user + " GroupId=" + user + " MCS_label=N/A",
                "Priority=" + j.priority + " Nice=" + j.nice + " Account=" + orNull(j.account) + " QOS=" + j.qos,
                "JobState=" + j.stateName() + " Reason=" + j.reason.replace(' ', '_') + " Dependency="
                        + j.printedDependencies(),
                "Requeue=" + (j.requeue ? 1 : 0) + " Restarts=" + j.restarts + " BatchFlag=1 Reboot=0 ExitCode="
                        + j.exit,
                "RunTime=" + Times.full(j.runTime(controller.now())) + " TimeLimit=" + limit(j.timeLimit)
                        + " TimeMin=N/A",
                "SubmitTime=" + time(Optional.of(j.submit), "") + " EligibleTime=" + time(j.eligible, "Unknown"),
                "AccrueTime=" + time(j.eligible, "Unknown"),
                "StartTime=" + time(startTime, "Unknown") + " EndTime=" + time(j.expectedEnd(), "Unknown")
                        + " Deadline=N/A",
                "SuspendTime=" + time(j.suspendTime, "None") + " SecsPreSuspend="
                        + j.ranBeforeSuspension.toSeconds() + " LastSchedEval="
                        + time(j.start.or(() -> Optional.of(controller.now())), "") + " Scheduler="
                        + (j.state == JobState.PENDING ? "Backfill" : "Main"),
                "Partition=" + j.partition.name() + " AllocNode:Sid=login1:1",
                "ReqNodeList=" + orNull(HostList.compress(r.nodeList)) + " ExcNodeList="
                        + orNull(HostList.compress(r.exclude)),
                "NodeList=" + nodes));
        if (!j.shares.isEmpty()) {
            lines.add("BatchHost=" + j.shares.get(0).node());
        }
        lines.add("NumNodes=" + numNodes(j) + " NumCPUs=" + j.cpus() + " NumTasks=" + j.taskCount() + " CPUs/Task="
                + r.cpusPerTaskOrOne() + " ReqB:S:C:T=0:0:*:*");
        if (isOld()) {
            lines.add("TRES=" + tres);
        } else {
            lines.add("ReqTRES=" + j.requestedTres());
            lines.add("AllocTRES=" + (j.shares.isEmpty() ? "(null)" : tres));
        }
        lines.add("Socks/Node=* NtasksPerN:B:S:C=" + perNode + ":0:*:* CoreSpec=*");
        lines.add("MinCPUsNode=" + r.cpusPerTaskOrOne() * Math.max(1, perNode) + " " + memory + " MinTmpDiskNode=0");
        lines.add("Features=" + orNull(String.join("&", r.features)) + " DelayBoot=00:00:00");
        lines.add("OverSubscribe=" + (r.exclusive ? "NO" : "OK") + " Contiguous=0 Licenses=(null) Network=(null)");
        lines.add("Command=" + orNull(r.command));
        lines.add("WorkDir=" + r.workDir);
        j.comment.ifPresent(c -> lines.add("Comment=" + c + " "));
        lines.add("StdErr=" + FileNames.stderr(j, waitingTask));
        lines.add("StdIn=" + r.stdin);
        lines.add("StdOut=" + FileNames.stdout(j, waitingTask));
        if (isOld()) {
            lines.add("Power=");
        }
        if (!r.gresPerNode.isEmpty()) {
            lines.add("TresPerNode=gres" + (isOld() ? ":" : "/") + Gres.print(r.gresPerNode));
        }
        if (!isOld() && r.cpusPerTask.isPresent()) {
            lines.add("TresPerTask=cpu=" + r.cpusPerTask.getAsInt());
        }
        lines.add("");
        return lines(lines);
    }

    private String numNodes(Job j) {
        JobRequest r = j.request;
        // the newer release hasn't looked yet at a job that was held from the beginning
        boolean unseen = !isOld() && r.hold && r.minNodes.isEmpty();
        return j.shares.isEmpty() && (r.maxNodes.isPresent() || unseen)
                ? j.nodeCount() + "-" + r.maxNodes.orElse(j.nodeCount())
                : Integer.toString(j.nodeCount());
    }

    private static String limit(Duration limit) {
        return limit.equals(Job.UNLIMITED) ? "UNLIMITED" : Times.full(limit);
    }

    String node(Node n) {
        NodeConf c = n.conf();
        List<Share> here = NodeUse.shares(controller, c.name());
        int used = here.stream().mapToInt(Share::cpus).sum();
        long memory = here.stream().mapToLong(Share::memoryMb).sum();
        String features = orNull(String.join(",", c.features()));
        String partitions = String.join(
                ",",
                controller.partitions().stream()
                        .filter(p -> p.nodes().contains(c.name()))
                        .map(PartitionConf::name)
                        .toList());
        java.util.ArrayList<String> lines = new java.util.ArrayList<>(List.of(
                "NodeName=" + c.name() + " Arch=x86_64 CoresPerSocket=" + c.coresPerSocket() + " ",
                "CPUAlloc=" + used + " CPUEfctv=" + c.cpus() + " CPUTot=" + c.cpus() + " CPULoad=0.00",
                "AvailableFeatures=" + features,
                "ActiveFeatures=" + features,
                "Gres=" + orNull(Gres.print(c.gres())),
                "NodeAddr=" + c.name() + " NodeHostName=" + c.name() + " Version="
                        + controller.conf().release().version(),
                "OS=Linux " + System.getProperty("os.version", "") + " ",
                "RealMemory=" + c.memoryMb() + " AllocMem=" + memory + " FreeMem=" + (c.memoryMb() - memory)
                        + " Sockets=" + c.sockets() + " Boards=1",
                "State=" + NodeUse.longState(controller, n) + " ThreadsPerCore=" + c.threadsPerCore()
                        + " TmpDisk=0 Weight=" + c.weight() + " Owner=N/A MCS_label=N/A",
                "Partitions=" + partitions + " ",
                "BootTime=" + time(Optional.of(controller.begin()), "") + " SlurmdStartTime="
                        + time(Optional.of(controller.begin()), ""),
                "LastBusyTime=" + time(Optional.of(controller.begin()), "") + (isOld() ? "" : " ResumeAfterTime=None"),
                "CfgTRES=cpu=" + c.cpus() + ",mem=" + Job.memory(c.memoryMb()) + ",billing=" + c.cpus()
                        + (c.gres().isEmpty() ? "" : "," + Gres.tres(c.gres())),
                "AllocTRES=" + NodeUse.tres(here)));
        if (isOld()) {
            lines.add("CapWatts=n/a");
            lines.add("CurrentWatts=0 AveWatts=0");
            lines.add("ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s");
        } else {
            lines.add("CurrentWatts=0 AveWatts=0");
            lines.add("");
        }
        if (!n.reason.isEmpty()) {
            lines.add("Reason=" + n.reason + " [" + n.reasonBy + "@" + time(n.reasonSince, "Unknown") + "]");
        }
        return lines(lines);
    }

    String partition(PartitionConf p) {
        int cpus = 0;
        long memory = 0;
        Map<String, Integer> gres = new LinkedHashMap<>();
        for (String name : p.nodes()) {
            Node n = controller.nodes().get(name);
            cpus += n == null ? 0 : n.conf().cpus();
            memory += n == null ? 0 : n.conf().memoryMb();
            (n == null ? Map.<String, Integer>of() : n.conf().gres()).forEach((k, i) -> gres.merge(k, i, Integer::sum));
        }
        String accounts = p.allowAccounts().isEmpty() ? "ALL" : String.join(",", p.allowAccounts());
        return lines(List.of(
                "PartitionName=" + p.name(),
                "AllowGroups=ALL AllowAccounts=" + accounts + " AllowQos=ALL",
                "AllocNodes=ALL Default=" + (p.isDefault() ? "YES" : "NO") + " QoS=N/A",
                "DefaultTime=" + p.defaultTime().map(ScontrolText::limit).orElse("NONE")
                        + " DisableRootJobs=NO ExclusiveUser=NO" + (isOld() ? "" : " ExclusiveTopo=NO")
                        + " GraceTime=0 Hidden=NO",
                "MaxNodes=" + unlimited(p.maxNodes()) + " MaxTime="
                        + p.maxTime().map(ScontrolText::limit).orElse("UNLIMITED")
                        + " MinNodes=" + p.minNodes() + " LLN=NO MaxCPUsPerNode=UNLIMITED"
                        + (isOld() ? "" : " MaxCPUsPerSocket=UNLIMITED"),
                "Nodes=" + p.nodeList(),
                "PriorityJobFactor=1 PriorityTier=" + p.priorityTier() + " RootOnly=NO ReqResv=NO OverSubscribe="
                        + p.oversubscribe().toUpperCase(Locale.ROOT),
                "OverTimeLimit=NONE PreemptMode=OFF",
                "State=" + p.state() + " TotalCPUs=" + cpus + " TotalNodes="
                        + p.nodes().size() + " SelectTypeParameters=NONE",
                "JobDefaults=(null)",
                memory(p),
                "TRES=cpu=" + cpus + ",mem=" + Job.memory(memory) + ",node="
                        + p.nodes().size() + ",billing=" + cpus + (gres.isEmpty() ? "" : "," + Gres.tres(gres))));
    }

    private static String memory(PartitionConf p) {
        String most = " MaxMemPerNode=" + unlimited(p.maxMemPerNode());
        if (!p.hasOwnMemory()) {
            return "DefMemPerNode=UNLIMITED" + most;
        }
        return p.defMemPerCpu().isPresent()
                ? "DefMemPerCPU=" + p.defMemPerCpu().getAsLong() + most
                : "DefMemPerNode=" + unlimited(p.defMemPerNode()) + most;
    }

    private static String unlimited(OptionalInt n) {
        return n.isPresent() ? Integer.toString(n.getAsInt()) : "UNLIMITED";
    }

    private static String unlimited(OptionalLong n) {
        return n.isPresent() ? Long.toString(n.getAsLong()) : "UNLIMITED";
    }

    String config() {
        SiteConf conf = controller.conf();
        Map<String, String> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        lines.put("ClusterName", conf.clusterName());
        lines.put("EnforcePartLimits", conf.setting("EnforcePartLimits", "NO"));
        lines.put("GresTypes", conf.setting("GresTypes", "(null)"));
        lines.put("KillWait", conf.killWait().toSeconds() + " sec");
        lines.put("MaxArraySize", Integer.toString(conf.maxArraySize()));
        lines.put("MinJobAge", conf.minJobAge().toSeconds() + " sec");
        lines.put("SLURM_VERSION", conf.release().version());
        lines.put("SlurmctldHost[0]", conf.setting("SlurmctldHost", "ctl"));
        lines.put("SlurmdTimeout", conf.slurmdTimeout().toSeconds() + " sec");
        lines.put("AccountingStoreFlags", conf.setting("AccountingStoreFlags", "(null)"));
        lines.put("AccountingStorageHost", conf.databaseHost());
        StringBuilder out =
                new StringBuilder("Configuration data as of " + time(Optional.of(controller.now()), "") + "\n");
        lines.forEach((k, v) -> out.append(String.format(Locale.ROOT, "%-23s = %s%n", k, v)));
        return out.append('\n').toString();
    }
}
