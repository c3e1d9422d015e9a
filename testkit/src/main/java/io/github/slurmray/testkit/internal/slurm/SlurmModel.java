package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A whole Slurm: commands, events and time go in, answers and effects come out. It does nothing by itself, and is for
 * one thread at a time.
 */
public final class SlurmModel {
    private final Database database = new Database();
    private final Controller controller;
    private boolean controllerAnswers = true;

    /**
     * Makes a Slurm.
     *
     * @param release whose words it speaks
     * @param conf the text of its slurm.conf
     * @param people who uses it
     * @param zones gives the zone in which times are printed
     * @param now the time
     * @throws IllegalArgumentException if the text can't be understood
     */
    public SlurmModel(SlurmRelease release, String conf, People people, Supplier<ZoneId> zones, Instant now) {
        SlurmConfText.Content content = SlurmConfText.parse(conf);
        Map<String, String> settings = new LinkedHashMap<>(content.settings());
        SiteConf.Users users = new SiteConf.Users(
                people.user(),
                people.uid(),
                List.copyOf(people.accounts()),
                Set.copyOf(people.foreignAccounts()),
                List.of("normal"));
        this.controller = new Controller(
                new SiteConf(
                        release,
                        zones,
                        settings,
                        content.nodes(),
                        content.partitions(),
                        users,
                        new SiteConf.Limits(people.maxJobs(), people.maxSubmitJobs())),
                database,
                now);
    }

    /**
     * Who uses a site.
     *
     * @param user the user's name
     * @param uid the user's number
     * @param accounts what the user may charge, the default first; with none, any account will do
     * @param foreignAccounts what exists beside these
     * @param maxJobs how many jobs may run at once
     * @param maxSubmitJobs how many jobs may be in the queue
     */
    public record People(
            String user,
            long uid,
            List<String> accounts,
            List<String> foreignAccounts,
            OptionalInt maxJobs,
            OptionalInt maxSubmitJobs) {}

    /** Returns the names of the nodes, in the order of slurm.conf. */
    public List<String> nodes() {
        return List.copyOf(controller.nodes().keySet());
    }

    /** Returns which Slurm it is. */
    public SlurmRelease release() {
        return controller.conf().release();
    }

    /**
     * What a site file says of a partition.
     *
     * @param name its name
     * @param isDefault whether jobs that name none go there
     * @param maxTime the longest time limit as Slurm writes it, empty if there is none
     * @param maxNodes the most nodes of a job
     * @param cpusPerNode the CPUs of its smallest node
     * @param memoryMb the memory of its smallest node
     */
    public record PartitionFacts(
            String name, boolean isDefault, Optional<String> maxTime, int maxNodes, int cpusPerNode, long memoryMb) {}

    /** Returns what a site file says of the partitions, in the order of slurm.conf. */
    public List<PartitionFacts> partitionFacts() {
        return controller.conf().partitions().stream()
                .filter(p -> !p.nodes().isEmpty())
                .map(p -> {
                    List<NodeConf> nodes = p.nodes().stream()
                            .map(controller.conf().nodes()::get)
                            .toList();
                    return new PartitionFacts(
                            p.name(),
                            p.isDefault(),
                            p.maxTime().map(Times::full),
                            Math.min(p.maxNodes().orElse(Integer.MAX_VALUE), nodes.size()),
                            nodes.stream().mapToInt(NodeConf::cpus).min().orElseThrow(),
                            nodes.stream().mapToLong(NodeConf::memoryMb).min().orElseThrow());
                })
                .toList();
    }

    // ---------------------------------------------------------------- commands

    /**
     * Runs a command.
     *
     * @param call the command
     * @return what it does
     */
    public Reply run(Invocation call) {
        try {
            return switch (call.command()) {
                case "sbatch" -> new Sbatch(controller, call).run(controllerAnswers);
                case "squeue" -> new Squeue(controller, call).run(controllerAnswers);
                case "sacct" -> new Sacct(controller, database, call).run();
                case "scancel" -> new Scancel(controller, call).run(controllerAnswers);
                case "scontrol" -> new Scontrol(controller, call).run(controllerAnswers);
                case "sinfo" -> new Sinfo(controller, call).run(controllerAnswers);
                case "sacctmgr" -> new Sacctmgr(controller.conf(), database, call).run();
                case "seff" -> new Seff(controller, database, call).run();
                case "srun" -> new Srun(controller, call).run(controllerAnswers);
                default -> throw new Unsupported(call.command());
            };
        } catch (Misused e) {
            return Reply.Answer.failed(String.valueOf(e.getMessage()), e.status);
        } catch (Unsupported e) {
            return Reply.Answer.failed(call.command() + ": " + e.getMessage() + "\n", Unsupported.STATUS);
        } catch (IllegalArgumentException e) {
            // a host list or a number in a form that no part of the emulation takes
            return Reply.Answer.failed(
                    call.command() + ": " + new Unsupported(String.valueOf(e.getMessage())).getMessage() + "\n",
                    Unsupported.STATUS);
        }
    }

    /**
     * Returns what a command reads before it asks, as an absolute path: {@code /dev/stdin}, or a file; empty for
     * nothing.
     */
    public static Optional<String> reads(Invocation call) {
        return call.command().equals("sbatch") ? Sbatch.reads(call) : Optional.empty();
    }

    /** Hands over what is to be done, once. */
    public List<Effect> takeEffects() {
        return controller.takeEffects();
    }

    // ---------------------------------------------------------------- time and events

    /** Returns the time. */
    public Instant now() {
        return controller.now();
    }

    /** Lets the time go on. */
    public void advanceTo(Instant time) {
        controller.clockwork().advanceTo(time);
    }

    /** Returns when something will happen by itself; empty if nothing will. */
    public Optional<Instant> nextDue() {
        return controller.clockwork().nextDue();
    }

    /**
     * Tells that a batch script has ended.
     *
     * @param job the job's id
     * @param run which run of it
     * @param status its exit status, 0 if a signal ended it
     * @param signal the signal that ended it, 0 if none did
     * @param cpuTime what it and its children used
     */
    public void batchEnded(long job, int run, int status, int signal, Duration cpuTime) {
        controller.life().batchEnded(job, run, new ExitCode(status, signal), cpuTime);
    }

    /** Tells that a batch script couldn't be started. */
    public void launchFailed(long job, int run) {
        controller.life().launchFailed(job, run);
    }

    /** Tells that no process of a job is left. */
    public void gone(long job, int run) {
        controller.life().gone(job, run);
    }

    /** Tells that a step has ended. */
    public void stepEnded(long job, int run, String step, int status, int signal, Duration cpuTime) {
        controller.life().stepEnded(job, run, step, new ExitCode(status, signal), cpuTime);
    }

    /** Returns how a job ended; empty if it hasn't yet, or is unknown. */
    public OptionalInt exitStatus(long job) {
        List<Job> jobs = controller.jobsOf(job);
        if (jobs.stream().anyMatch(j -> !j.isOver())) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(jobs.stream()
                .mapToInt(j -> j.exit.signal() != 0 ? 1 : j.exit.status())
                .max()
                .orElse(1));
    }

    // ---------------------------------------------------------------- what goes wrong

    /** Sets whether the controller answers. Jobs go on meanwhile. */
    public void controllerAnswers(boolean answers) {
        controllerAnswers = answers;
    }

    /** Sets whether the database is down. Records that arise meanwhile arrive when it is back. */
    public void databaseDown(boolean down) {
        database.down(down);
    }

    /** Sets how long records take to arrive. */
    public void databaseLag(Duration lag) {
        database.lag(lag);
    }

    /** A node loses its power. */
    public void loseNode(String name) {
        controller.nodeLife().lose(node(name));
    }

    /** A node is back. */
    public void bringBackNode(String name) {
        controller.nodeLife().bringBack(node(name));
    }

    /** An administrator takes a node out of service when its jobs have ended. */
    public void drainNode(String name, String reason) {
        controller.nodeLife().drain(node(name), reason);
    }

    /** An administrator brings it back. */
    public void resumeNode(String name) {
        controller.nodeLife().resume(node(name));
    }

    private Node node(String name) {
        Node n = controller.nodes().get(name);
        if (n == null) {
            throw new IllegalArgumentException("there is no node " + name + ", but " + nodes());
        }
        return n;
    }

    /** A job of higher priority takes this one's nodes. */
    public void preempt(long job) {
        controller.life().preempt(running(job));
    }

    /** What a job runs needs more memory than it has. */
    public void outOfMemory(long job) {
        Job running = running(job);
        if (running.request.onlyOccupies.isPresent()) {
            throw new IllegalStateException("job " + job + " only occupies nodes, and uses no memory");
        }
        controller.life().outOfMemory(running);
    }

    /** An administrator suspends a running job. */
    public void suspend(long job) {
        controller.life().suspend(running(job));
    }

    /** An administrator lets a suspended job go on. */
    public void resume(long id) {
        Job job = job(id);
        if (job.state != JobState.SUSPENDED) {
            throw new IllegalStateException("job " + id + " isn't suspended, but is " + job.stateName());
        }
        controller.life().resume(job);
    }

    private Job job(long id) {
        return controller.job(id).orElseThrow(() -> new IllegalArgumentException("there is no job " + id));
    }

    private Job running(long id) {
        Job job = job(id);
        if (job.state != JobState.RUNNING || job.completing) {
            throw new IllegalStateException("job " + id + " doesn't run, but is " + job.stateName());
        }
        return job;
    }

    /** Another user's job takes whole nodes for some time. It runs no process. */
    public long occupy(String partition, int nodes, Duration time) {
        JobRequest r = new JobRequest();
        r.user = "somebody";
        r.uid = 65_533;
        r.name = "occupied";
        r.partition = Optional.of(partition);
        r.minNodes = OptionalInt.of(nodes);
        r.maxNodes = OptionalInt.of(nodes);
        r.exclusive = true;
        r.requeue = false;
        r.onlyOccupies = Optional.of(time);
        r.timeLimit = Optional.of(Duration.ofMinutes((time.toSeconds() + 59) / 60));
        r.priority = OptionalLong.of(1_000_000);
        try {
            return controller.queue().submit(r).id;
        } catch (Refused e) {
            throw new IllegalArgumentException(
                    "can't occupy " + nodes + " nodes of " + partition + ": " + e.reason(), e);
        }
    }
}
