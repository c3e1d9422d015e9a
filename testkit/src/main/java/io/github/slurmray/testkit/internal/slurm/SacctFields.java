package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** sacct's fields: which there are in a release, and what they hold of a job or a step. Pure functions. */
final class SacctFields {
    /** In the order of {@code sacct --helpformat}; of 22.05, with what only 24.11 has beside it. */
    private static final String COMMON = """
            Account AdminComment AllocCPUS AllocNodes AllocTRES AssocID AveCPU AveCPUFreq AveDiskRead AveDiskWrite
            AvePages AveRSS AveVMSize BlockID Cluster Comment Constraints ConsumedEnergy ConsumedEnergyRaw Container
            CPUTime CPUTimeRAW DBIndex DerivedExitCode Elapsed ElapsedRaw Eligible End ExitCode Flags GID Group JobID
            JobIDRaw JobName Layout MaxDiskRead MaxDiskReadNode MaxDiskReadTask MaxDiskWrite MaxDiskWriteNode
            MaxDiskWriteTask MaxPages MaxPagesNode MaxPagesTask MaxRSS MaxRSSNode MaxRSSTask MaxVMSize MaxVMSizeNode
            MaxVMSizeTask McsLabel MinCPU MinCPUNode MinCPUTask NCPUS NNodes NodeList NTasks Partition Priority QOS
            QOSRAW Reason ReqCPUFreq ReqCPUFreqGov ReqCPUFreqMax ReqCPUFreqMin ReqCPUS ReqMem ReqNodes ReqTRES
            Reservation ReservationId Start State Submit SubmitLine Suspended SystemComment SystemCPU Timelimit
            TimelimitRaw TotalCPU TRESUsageInAve TRESUsageInMax TRESUsageInMaxNode TRESUsageInMaxTask TRESUsageInMin
            TRESUsageInMinNode TRESUsageInMinTask TRESUsageInTot TRESUsageOutAve TRESUsageOutMax TRESUsageOutMaxNode
            TRESUsageOutMaxTask TRESUsageOutMin TRESUsageOutMinNode TRESUsageOutMinTask TRESUsageOutTot UID User UserCPU
            WCKey WCKeyID WorkDir""";

    private static final Map<SlurmRelease, String> ONLY = Map.of(
            SlurmRelease.V22_05, "Reserved ResvCPU ResvCPURAW",
            SlurmRelease.V24_11,
                    "Extra FailedNode Licenses Planned PlannedCPU PlannedCPURAW QOSREQ Restarts SLUID StdErr StdIn StdOut");

    private static final Map<String, Integer> WIDTHS = Map.ofEntries(
            Map.entry("JobID", -12),
            Map.entry("JobIDRaw", -12),
            Map.entry("NodeList", 15),
            Map.entry("Submit", 19),
            Map.entry("Start", 19),
            Map.entry("End", 19),
            Map.entry("Eligible", 19),
            Map.entry("ExitCode", 8),
            Map.entry("DerivedExitCode", 15),
            Map.entry("User", 9),
            Map.entry("UID", 6),
            Map.entry("NNodes", 8),
            Map.entry("NTasks", 8),
            Map.entry("ReqNodes", 8),
            Map.entry("Comment", 14),
            Map.entry("WorkDir", 20),
            Map.entry("SubmitLine", 20),
            Map.entry("Reason", 22));

    private SacctFields() {}

    /** The names of a release, by lower-case name. */
    static NavigableMap<String, String> names(SlurmRelease release) {
        NavigableMap<String, String> names = new TreeMap<>();
        for (String name : (COMMON + " " + ONLY.getOrDefault(release, "")).split("\\s+", -1)) {
            names.put(name.toLowerCase(Locale.ROOT), name);
        }
        return names;
    }

    static String help(SlurmRelease release) {
        StringBuilder s = new StringBuilder();
        int column = 0;
        for (String name : names(release).values()) {
            column++;
            s.append(String.format(Locale.ROOT, "%-19s", name)).append(column % 4 == 0 ? '\n' : ' ');
        }
        return s.append(column % 4 == 0 ? "" : "\n").toString();
    }

    /** The width of a column; below zero if its text stands to the left. */
    static int width(String name) {
        return WIDTHS.getOrDefault(name, 10);
    }

    /** Prints times, and knows what time it is. */
    interface Clock {
        Instant now();

        String print(Instant time);
    }

    /** A field of a job, or of a step if there is one. */
    static String value(String name, JobRecord job, Optional<JobRecord.StepRecord> step, SiteConf conf, Clock clock) {
        return step.isPresent() ? ofStep(name, job, step.get(), conf, clock) : ofJob(name, job, conf, clock);
    }

    private static String time(Optional<Instant> time, Clock clock) {
        return time.map(clock::print).orElse("Unknown");
    }

    private static String ofJob(String name, JobRecord j, SiteConf conf, Clock clock) {
        JobRequest r = j.request();
        Duration elapsed = j.elapsed(clock.now());
        Duration planned = planned(j, clock.now());
        int cpus = j.allocCpus();
        return switch (name) {
            case "Account" -> j.account();
            case "AllocCPUS", "NCPUS" -> Integer.toString(cpus == 0 ? j.start().isPresent() ? r.cpuCount() : 0 : cpus);
            case "AllocNodes" -> Integer.toString(j.shares().size());
            case "AllocTRES" -> j.shares().isEmpty() ? "" : allocTres(j);
            case "AveCPU",
                    "AveCPUFreq",
                    "AveDiskRead",
                    "AveDiskWrite",
                    "AveRSS",
                    "AveVMSize",
                    "MaxRSS",
                    "MaxVMSize",
                    "MaxDiskRead",
                    "MaxDiskWrite",
                    "MaxRSSNode",
                    "MaxRSSTask",
                    "NTasks",
                    "Layout",
                    "Container",
                    "AdminComment",
                    "SystemComment",
                    "FailedNode",
                    "Extra",
                    "Licenses",
                    "McsLabel" -> "";
            case "Constraints" -> String.join("&", r.features);
            case "Cluster" -> conf.clusterName();
            case "Comment" -> conf.storesComments() ? j.comment().orElse("") : "";
            case "CPUTime" -> Times.full(elapsed.multipliedBy(cpus));
            case "CPUTimeRAW" -> Long.toString(elapsed.toSeconds() * cpus);
            case "DerivedExitCode" -> exitCode(j.derivedExit());
            case "Elapsed" -> Times.full(elapsed);
            case "ElapsedRaw" -> Long.toString(elapsed.toSeconds());
            case "Eligible" -> time(j.eligible(), clock);
            case "End" -> time(j.end(), clock);
            case "ExitCode" -> exitCode(j.exit());
            case "Group", "User" -> r.user;
            case "GID", "UID" -> Long.toString(r.uid);
            case "JobID" -> j.printedId();
            case "JobIDRaw" -> Long.toString(j.id());
            case "JobName" -> j.name();
            case "NNodes" ->
                Integer.toString(j.shares().isEmpty() ? r.nodes() : j.shares().size());
            case "NodeList" -> j.nodeList();
            case "Partition" -> j.partition();
            case "Priority" -> Long.toString(j.priority());
            case "QOS" -> j.qos();
            case "Reason" -> "None";
            case "ReqCPUS" -> Integer.toString(Math.max(r.cpuCount(), cpus));
            case "ReqMem" -> j.requestedMemory();
            case "ReqNodes" -> Integer.toString(r.nodes());
            case "ReqTRES" -> inOrder(j.requestedTres());
            case "Reserved", "Planned" -> Times.full(planned);
            case "ResvCPU", "PlannedCPU" -> Times.full(planned.multipliedBy(r.cpuCount()));
            case "ResvCPURAW", "PlannedCPURAW" -> Long.toString(planned.toSeconds() * r.cpuCount());
            case "Restarts" -> Integer.toString(j.run());
            case "Start" -> time(j.start(), clock);
            case "State" -> j.state();
            case "Submit" -> clock.print(j.submit());
            case "SubmitLine" -> r.submitLine;
            case "Suspended" -> Times.full(j.suspended().until(clock.now()));
            case "Timelimit" -> j.timeLimit().equals(Job.UNLIMITED) ? "UNLIMITED" : Times.full(j.timeLimit());
            case "TimelimitRaw" ->
                j.timeLimit().equals(Job.UNLIMITED)
                        ? "UNLIMITED"
                        : Long.toString(j.timeLimit().toMinutes());
            case "TotalCPU" -> j.start().isEmpty() ? "00:00:00" : totalCpu(j.cpuTime());
            case "WorkDir" -> r.workDir;
            default -> throw new Unsupported("sacct --format=" + name);
        };
    }

    private static String totalCpu(Duration cpu) {
        return cpu.isZero() ? "00:00:00" : Times.cpu(cpu);
    }

    /** A status that looks like a signal's loses what makes it look so. */
    static ExitCode recorded(ExitCode code) {
        return code.status() > 128 ? new ExitCode(code.status() - 128, code.signal()) : code;
    }

    private static String exitCode(ExitCode code) {
        return recorded(code).toString();
    }

    private static String allocTres(JobRecord j) {
        Map<String, Integer> gres = Gres.sum(j.shares().stream().map(Share::gres));
        long memory = j.shares().stream().mapToLong(Share::memoryMb).sum();
        return inOrder(Job.tres(j.allocCpus(), memory, j.shares().size(), gres));
    }

    /** The database prints its resources in another order than the controller. */
    private static String inOrder(String tres) {
        return Arrays.stream(tres.split(","))
                .sorted(Comparator.comparing(item -> item.replaceFirst("=.*", "")))
                .collect(Collectors.joining(","));
    }

    static Duration planned(JobRecord j, Instant now) {
        if (j.eligible().isEmpty()) {
            return Duration.ZERO;
        }
        Duration d = Duration.between(j.eligible().get(), j.start().or(j::end).orElse(now));
        return d.isNegative() ? Duration.ZERO : d;
    }

    private static String ofStep(String name, JobRecord j, JobRecord.StepRecord s, SiteConf conf, Clock clock) {
        Duration elapsed = s.elapsed(clock.now());
        return switch (name) {
            case "Account", "Cluster" -> ofJob(name, j, conf, clock);
            case "AllocCPUS", "NCPUS", "ReqCPUS" -> Integer.toString(s.cpus());
            case "AllocNodes", "NNodes", "ReqNodes" ->
                Integer.toString(s.nodes().size());
            case "AllocTRES" ->
                "cpu=" + s.cpus() + ",mem=" + Job.memory(stepMemory(j, s)) + ",node="
                        + s.nodes().size();
            case "AveCPU" -> s.end().isPresent() ? Times.full(s.cpuTime().dividedBy(Math.max(1, s.tasks()))) : "";
            case "AveCPUFreq",
                    "AveDiskRead",
                    "AveDiskWrite",
                    "AveRSS",
                    "AveVMSize",
                    "MaxRSS",
                    "MaxVMSize",
                    "MaxDiskRead",
                    "MaxDiskWrite",
                    "MaxRSSNode",
                    "MaxRSSTask",
                    "Comment",
                    "Constraints",
                    "Container",
                    "DerivedExitCode",
                    "GID",
                    "Group",
                    "Partition",
                    "Planned",
                    "PlannedCPU",
                    "PlannedCPURAW",
                    "Reserved",
                    "ResvCPU",
                    "ResvCPURAW",
                    "Priority",
                    "QOS",
                    "Reason",
                    "ReqMem",
                    "ReqTRES",
                    "Timelimit",
                    "TimelimitRaw",
                    "UID",
                    "User",
                    "WorkDir",
                    "AdminComment",
                    "SystemComment",
                    "McsLabel",
                    "Restarts",
                    "FailedNode",
                    "Extra",
                    "Licenses" -> "";
            case "CPUTime" -> Times.full(elapsed.multipliedBy(s.cpus()));
            case "CPUTimeRAW" -> Long.toString(elapsed.toSeconds() * s.cpus());
            case "Elapsed" -> Times.full(elapsed);
            case "ElapsedRaw" -> Long.toString(elapsed.toSeconds());
            case "End" -> time(s.end(), clock);
            case "ExitCode" -> exitCode(s.exit());
            case "JobID" -> j.printedId() + "." + s.id();
            case "JobIDRaw" -> j.id() + "." + s.id();
            case "JobName" -> s.name();
            case "Layout" -> layout(s);
            case "NodeList" -> io.github.slurmray.core.HostList.compress(s.nodes());
            case "NTasks" -> Integer.toString(s.tasks());
            case "Eligible", "Start", "Submit" -> clock.print(s.start());
            case "State" -> s.state();
            case "SubmitLine" -> s.submitLine();
            case "Suspended" -> Times.full(s.suspended().until(clock.now()));
            case "TotalCPU" -> totalCpu(s.cpuTime());
            default -> throw new Unsupported("sacct --format=" + name);
        };
    }

    static String layout(JobRecord.StepRecord s) {
        return s.id().equals(Step.BATCH) ? "Unknown" : s.tasks() <= s.nodes().size() ? "Cyclic" : "Block";
    }

    private static long stepMemory(JobRecord j, JobRecord.StepRecord s) {
        return j.shares().stream()
                .filter(share -> s.nodes().contains(share.node()))
                .mapToLong(Share::memoryMb)
                .sum();
    }
}
