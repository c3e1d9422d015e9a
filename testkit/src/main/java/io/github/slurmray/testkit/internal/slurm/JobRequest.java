package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;

/** What a user asks sbatch for. Filled in by {@link SbatchOptions}, then only read. */
final class JobRequest {
    String user = "";
    long uid;
    String name = "";
    Optional<String> account = Optional.empty();
    Optional<String> partition = Optional.empty();
    Optional<String> qos = Optional.empty();
    Optional<String> comment = Optional.empty();
    Optional<Duration> timeLimit = Optional.empty();
    Optional<Instant> begin = Optional.empty();
    boolean hold;
    boolean requeue = true;
    boolean killOnInvalidDependency;
    int nice;
    OptionalLong priority = OptionalLong.empty();
    String dependency = "";

    OptionalInt minNodes = OptionalInt.empty();
    OptionalInt maxNodes = OptionalInt.empty();
    OptionalInt tasks = OptionalInt.empty();
    OptionalInt tasksPerNode = OptionalInt.empty();
    OptionalInt cpusPerTask = OptionalInt.empty();
    OptionalLong memPerNode = OptionalLong.empty();
    OptionalLong memPerCpu = OptionalLong.empty();
    Map<String, Integer> gresPerNode = Map.of();
    Map<String, Integer> gresPerJob = Map.of();
    Map<String, Integer> gresPerTask = Map.of();
    String reservation = "";
    String licenses = "";
    boolean exclusive;
    List<String> nodeList = List.of();
    List<String> exclude = List.of();
    List<String> features = List.of();

    /** The task ids of an array, none if it isn't one. */
    TreeSet<Integer> array = new TreeSet<>();

    OptionalInt arrayThrottle = OptionalInt.empty();

    String script = "";
    List<String> arguments = List.of();
    Map<String, String> environment = Map.of();
    String command = "";
    String submitLine = "";
    String workDir = "/";
    String stdin = "/dev/null";
    String stdout = "";
    String stderr = "";
    boolean append;

    /** A signal before the time limit, as {@code --signal} asks for it. */
    Optional<EarlySignal> earlySignal = Optional.empty();

    /** A job without processes that ends by itself after this time: it only takes nodes. */
    Optional<Duration> onlyOccupies = Optional.empty();

    /**
     * A signal that is sent before the time limit.
     *
     * @param signal its name
     * @param before how long before
     * @param batchOnly whether only the batch shell gets it
     */
    record EarlySignal(String signal, Duration before, boolean batchOnly) {}

    int nodes() {
        return Math.max(minNodes.orElse(1), nodeList.size());
    }

    /** Whether it isn't to start at once, so that nobody looks yet whether any nodes would do. */
    boolean startsLater(Instant now) {
        return hold
                || !dependency.isEmpty()
                || begin.filter(b -> b.isAfter(now)).isPresent();
    }

    int cpusPerTaskOrOne() {
        return cpusPerTask.orElse(1);
    }

    int taskCount() {
        return tasks.orElseGet(() -> times(nodes(), tasksPerNode.orElse(1)));
    }

    /** So many CPUs a node has to have. */
    int leastCpusPerNode() {
        return times(cpusPerTaskOrOne(), tasksPerNode.orElse(1));
    }

    /** The least number of CPUs that can do. */
    int cpuCount() {
        return Math.max(nodes(), times(taskCount(), cpusPerTaskOrOne()));
    }

    /** A product of what was asked for; what no site could ever have is the largest number. */
    static int times(int a, int b) {
        return (int) Math.min(Integer.MAX_VALUE, (long) a * b);
    }
}
