package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A job as sacct prints it for {@code --json}. */
final class JsonRecord {
    private static final Pattern KILLER = Pattern.compile("CANCELLED by (\\d+)");
    private static final Pattern WAITING = Pattern.compile("_\\[([^%]*)(?:%(\\d+))?]");
    private static final Pattern TASK = Pattern.compile("_(\\d+)");

    /** The numbers that a database gives to what it counts. */
    private static final Map<String, Integer> TRES = Map.of("cpu", 1, "mem", 2, "node", 4, "billing", 5);

    private final Controller controller;
    private final SlurmRelease release;
    private final JobRecord r;
    private final Instant now;

    JsonRecord(Controller controller, JobRecord r) {
        this.controller = controller;
        this.release = controller.conf().release();
        this.r = r;
        this.now = controller.now();
    }

    private boolean isOld() {
        return release == SlurmRelease.V22_05;
    }

    /** What isn't there: nothing, in words of the release. */
    private Object absent() {
        return isOld() ? Optional.empty() : "";
    }

    JsonForm form(boolean withSteps) {
        return new JsonForm(
                release,
                "record",
                name -> name.equals("steps")
                        ? withSteps ? r.steps().stream().map(this::step).toList() : List.of()
                        : value(name));
    }

    private Object value(String name) {
        JobRequest q = r.request();
        int cpus = r.allocCpus();
        Matcher waiting = WAITING.matcher(r.printedId());
        Matcher task = TASK.matcher(r.printedId());
        return switch (name) {
            case "account" -> r.account();
            case "allocated" -> r.shares().isEmpty() ? List.of() : tres(allocated());
            case "allocation_nodes" -> r.shares().size();
            case "array_job_id" -> r.arrayId();
            case "array_limit" -> waiting.find() && waiting.group(2) != null ? Integer.valueOf(waiting.group(2)) : 0;
            case "array_task_id" -> task.find() ? Optional.of(Integer.valueOf(task.group(1))) : Optional.empty();
            case "array_tasks" -> waiting.find() ? bits(waiting.group(1)) : absent();
            case "cluster" -> controller.conf().clusterName();
            case "comment" ->
                r.comment()
                        .filter(c -> controller.conf().storesComments())
                        .<Object>map(c -> c)
                        .orElseGet(this::absent);
            case "constraints" -> String.join("&", q.features);
            case "cpu_time" -> time(r.cpuTime());
            case "derived_exit" -> exit(r.derivedExit());
            case "elapsed" -> r.elapsed(now).toSeconds();
            case "eligible" -> JsonJob.time(r.eligible());
            case "end" -> JsonJob.time(r.end());
            case "exit" -> exit(r.exit());
            case "hold" -> r.priority() == 0;
            case "job_id" -> r.id();
            case "killer" -> killer();
            case "limit" ->
                !r.timeLimit().equals(Job.UNLIMITED)
                        ? (Object) r.timeLimit().toMinutes()
                        : isOld() ? Optional.empty() : JsonForm.INFINITE;
            case "memory" -> q.memPerNode.orElse(memoryPerCpu());
            case "memory_per_cpu" -> q.memPerNode.isPresent() ? Optional.empty() : memoryPerCpu();
            case "memory_per_node" ->
                q.memPerNode.isPresent() ? Optional.of(q.memPerNode.getAsLong()) : Optional.empty();
            case "name" -> r.name();
            case "nodes" -> r.nodeList();
            case "partition" -> r.partition();
            case "planned" -> SacctFields.planned(r, now).toSeconds();
            case "priority" -> r.priority();
            case "qos" -> r.qos();
            case "reason" -> "None";
            case "requested" -> tres(r.requestedTres());
            case "required_cpus" -> Math.max(q.cpuCount(), cpus);
            case "restarts" -> r.run();
            // of a job that never started the newer release says NO_VAL
            case "start" -> !isOld() && r.over() && r.shares().isEmpty() ? 0xfffffffeL : JsonJob.time(r.start());
            case "state" -> state(r.state().split(" ", 2)[0]);
            case "stderr" -> q.stderr;
            case "stdin" -> q.stdin;
            case "stdout" -> q.stdout;
            case "submit" -> r.submit().getEpochSecond();
            case "submit_line" -> q.submitLine;
            case "suspended" -> r.suspended().until(now).toSeconds();
            case "user" -> q.user;
            case "work_dir" -> q.workDir;
            default -> throw new IllegalStateException(name);
        };
    }

    private JsonForm step(JobRecord.StepRecord s) {
        List<Share> shares = r.shares().stream()
                .filter(share -> s.nodes().contains(share.node()))
                .toList();
        return new JsonForm(release, "step", name -> switch (name) {
            case "allocated" ->
                tres("cpu=" + s.cpus() + ",mem="
                        + shares.stream().mapToLong(Share::memoryMb).sum() + "M,node="
                        + s.nodes().size() + gres(shares));
            case "cpu_time" -> time(s.cpuTime());
            case "elapsed" -> s.elapsed(now).toSeconds();
            case "end" -> JsonJob.time(s.end());
            case "exit" -> exit(s.exit());
            case "id" ->
                !isOld()
                        ? r.id() + "." + s.id()
                        : s.id().equals(Step.BATCH) ? s.id() : (Object) Integer.valueOf(s.id());
            case "job_id" -> r.id();
            case "layout" -> SacctFields.layout(s);
            case "name" -> s.name();
            case "node_count" -> s.nodes().size();
            case "node_list" -> s.nodes();
            case "nodes" -> HostList.compress(s.nodes());
            case "start" -> s.start().getEpochSecond();
            case "state" -> state(s.state());
            case "suspended" -> s.suspended().until(now).toSeconds();
            case "tasks" -> s.tasks();
            default -> throw new IllegalStateException(name);
        });
    }

    private Object state(String word) {
        return isOld() ? (Object) word : List.of(word);
    }

    private long memoryPerCpu() {
        return r.request()
                .memPerCpu
                .orElse(controller
                        .conf()
                        .partition(r.partition())
                        .map(p -> p.defMemPerCpu().orElse(0))
                        .orElse(0L));
    }

    private String allocated() {
        long memory = r.shares().stream().mapToLong(Share::memoryMb).sum();
        return "cpu=" + r.allocCpus() + ",mem=" + memory + "M,node="
                + r.shares().size() + ",billing=" + r.allocCpus() + gres(r.shares());
    }

    private static String gres(List<Share> shares) {
        Map<String, Integer> gres = Gres.sum(shares.stream().map(Share::gres));
        return gres.isEmpty() ? "" : "," + Gres.tres(gres);
    }

    /** Resources one by one, out of a text such as {@code cpu=2,mem=1000M,gres/gpu=1}. */
    private List<JsonForm> tres(String text) {
        List<JsonForm> forms = new ArrayList<>();
        int gres = 1000;
        for (String item : text.split(",", -1)) {
            String[] parts = item.split("=", 2);
            boolean isGres = parts[0].startsWith("gres/");
            int id = isGres ? ++gres : TRES.getOrDefault(parts[0], 0);
            long count = Long.parseLong(parts[1].replaceAll("\\D", "")) << (parts[1].endsWith("G") ? 10 : 0);
            forms.add(new JsonForm(release, "tres", name -> switch (name) {
                case "type" -> isGres ? "gres" : parts[0];
                case "name" -> isGres ? parts[0].substring(5) : absent();
                case "id" -> id;
                default -> count;
            }));
        }
        return forms;
    }

    /** Tasks such as 1-3,5 as a mask. */
    private static String bits(String tasks) {
        BigInteger mask = BigInteger.ZERO;
        for (String range : tasks.split(",", -1)) {
            String[] ends = range.split("-", 2);
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                mask = mask.setBit(i);
            }
        }
        return "0x" + mask.toString(16).toUpperCase(java.util.Locale.ROOT);
    }

    private Object killer() {
        Matcher m = KILLER.matcher(r.state());
        if (!m.matches()) {
            return absent();
        }
        SiteConf.Users users = controller.conf().users();
        return m.group(1).equals(Long.toString(users.uid())) ? users.user() : "root";
    }

    private JsonForm time(Duration cpu) {
        return new JsonForm(
                release, "time", name -> name.equals("seconds") ? cpu.toSeconds() : cpu.toNanosPart() / 1000);
    }

    /** An exit code in words; the older release doesn't have the status in it. */
    private JsonForm exit(ExitCode code) {
        if (!isOld()) {
            return JsonJob.exit(release, SacctFields.recorded(code));
        }
        return new JsonForm(
                release,
                code.signal() > 0 ? "signalled" : "ended",
                name -> name.equals("signal") ? (Object) code.signal() : Signals.words(code.signal()));
    }
}
