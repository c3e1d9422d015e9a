package io.github.slurmray.slurm;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A batch script for {@code sbatch}: typed directives and a body of shell text. Immutable; {@link #text()} is all there
 * is to it, and needs no Slurm.
 *
 * <pre>{@code
 * SbatchScript script = SbatchScript.builder()
 *         .jobName("train")
 *         .account("project_2001234")
 *         .partition("small")
 *         .time(WallTime.of(Duration.ofMinutes(30)))
 *         .nodes(2)
 *         .cpusPerTask(8)
 *         .mem(Memory.ofGiB(16))
 *         .line("srun python train.py")
 *         .build();
 * }</pre>
 *
 * <p>What isn't set isn't written, so the site's default applies. Values are quoted for {@code sbatch}'s own reading of
 * {@code #SBATCH} lines and arrive as they were given; a value with a line break or another control character is
 * refused at its setter.
 */
public final class SbatchScript {
    /** The largest script that Slurm takes by default (slurm.conf(5), {@code max_script_size}): 4 MiB. */
    public static final int MAX_BYTES = 4 << 20;

    private final Map<String, String> directives;
    private final String shebang;
    private final String body;
    private final Typed typed;
    private final String text;

    private SbatchScript(Map<String, String> directives, String shebang, String body, Typed typed) {
        this.directives = directives;
        this.shebang = shebang;
        this.body = body;
        this.typed = typed;
        this.text = shebang + "\n"
                + directives.entrySet().stream()
                        .map(d -> Directives.line(d.getKey(), d.getValue()) + "\n")
                        .collect(Collectors.joining())
                + "\n" + body;
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > MAX_BYTES) {
            throw new IllegalArgumentException("the script has " + size + " bytes, but Slurm takes at most " + MAX_BYTES
                    + ": put its data into files");
        }
    }

    /**
     * Starts a script without directives, for {@code /bin/bash}.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a script like this one.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.directives.putAll(directives);
        b.shebang = shebang;
        b.body.append(body);
        b.typed = typed;
        return b;
    }

    /**
     * Returns the script.
     *
     * @return the shebang, the directives, an empty line, the body
     */
    public String text() {
        return text;
    }

    /**
     * Returns the body.
     *
     * @return the shell text after the directives, with a line break at its end unless it is empty
     */
    public String body() {
        return body;
    }

    /**
     * Returns the directives as they were set, without quoting.
     *
     * @return sbatch's long option names without {@code --}, and their values; the value of a flag is empty
     */
    public Map<String, String> directives() {
        return directives;
    }

    /**
     * Returns the value of a directive, typed or not.
     *
     * @param option sbatch's long name of it, without {@code --}
     * @return the value without quoting, empty text for a flag
     */
    public Optional<String> directive(String option) {
        return Optional.ofNullable(directives.get(option));
    }

    /**
     * Returns the job's name.
     *
     * @return empty if it isn't set
     */
    public Optional<String> jobName() {
        return directive("job-name");
    }

    /**
     * Returns the account to charge.
     *
     * @return empty if it isn't set
     */
    public Optional<String> account() {
        return directive("account");
    }

    /**
     * Returns the partition, or several with commas.
     *
     * @return empty if it isn't set
     */
    public Optional<String> partition() {
        return directive("partition");
    }

    /**
     * Returns the time limit.
     *
     * @return empty if it isn't set
     */
    public Optional<WallTime> time() {
        return typed.time;
    }

    /**
     * Returns the number of nodes.
     *
     * @return empty if it isn't set
     */
    public OptionalInt nodes() {
        return typed.nodes;
    }

    /**
     * Returns the number of tasks on each node.
     *
     * @return empty if it isn't set
     */
    public OptionalInt ntasksPerNode() {
        return typed.ntasksPerNode;
    }

    /**
     * Returns the number of CPUs for each task.
     *
     * @return empty if it isn't set
     */
    public OptionalInt cpusPerTask() {
        return typed.cpusPerTask;
    }

    /**
     * Returns the memory of each node.
     *
     * @return empty if it isn't set
     */
    public Optional<Memory> mem() {
        return typed.mem;
    }

    /**
     * Returns the generic resources of each node.
     *
     * @return empty if none are set
     */
    public List<Gres> gres() {
        return typed.gres;
    }

    /**
     * Returns the file for standard output.
     *
     * @return with Slurm's patterns, such as {@code %j}; empty if it isn't set
     */
    public Optional<String> output() {
        return directive("output");
    }

    /**
     * Returns the file for standard error.
     *
     * @return with Slurm's patterns; empty if it isn't set, which sends it to the file of standard output
     */
    public Optional<String> error() {
        return directive("error");
    }

    /**
     * Returns the comment.
     *
     * @return as it was set, without the submission's token
     */
    public Optional<String> comment() {
        return directive("comment");
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SbatchScript other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the script. */
    @Override
    public String toString() {
        return text;
    }

    private record Typed(
            Optional<WallTime> time,
            OptionalInt nodes,
            OptionalInt ntasksPerNode,
            OptionalInt cpusPerTask,
            Optional<Memory> mem,
            List<Gres> gres) {
        static final Typed NONE = new Typed(
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                List.of());

        Typed withTime(WallTime t) {
            return new Typed(Optional.of(t), nodes, ntasksPerNode, cpusPerTask, mem, gres);
        }

        Typed withNodes(int n) {
            return new Typed(time, OptionalInt.of(n), ntasksPerNode, cpusPerTask, mem, gres);
        }

        Typed withNtasksPerNode(int n) {
            return new Typed(time, nodes, OptionalInt.of(n), cpusPerTask, mem, gres);
        }

        Typed withCpusPerTask(int n) {
            return new Typed(time, nodes, ntasksPerNode, OptionalInt.of(n), mem, gres);
        }

        Typed withMem(Memory m) {
            return new Typed(time, nodes, ntasksPerNode, cpusPerTask, Optional.of(m), gres);
        }

        Typed withGres(List<Gres> g) {
            return new Typed(time, nodes, ntasksPerNode, cpusPerTask, mem, List.copyOf(g));
        }
    }

    /**
     * Collects directives and body. Not safe for use by several threads. A setter called twice keeps the later value.
     */
    public static final class Builder {
        private static final Pattern ARRAY = Pattern.compile(
                "\\d{1,9}(?:-\\d{1,9}(?::\\d{1,9})?)?(?:,\\d{1,9}(?:-\\d{1,9}(?::\\d{1,9})?)?)*(?:%\\d{1,9})?");
        private static final Pattern SIGNAL = Pattern.compile("[A-Z][A-Z0-9]{1,11}|\\d{1,2}");
        private static final Duration LONGEST_NOTICE = Duration.ofSeconds(65_535);

        private final Map<String, String> directives = new LinkedHashMap<>();
        private final StringBuilder body = new StringBuilder();
        private String shebang = "#!/bin/bash";
        private Typed typed = Typed.NONE;

        private Builder() {}

        private Builder set(String option, String value) {
            Directives.checkValue(option, value);
            directives.remove(option);
            directives.put(option, value);
            return this;
        }

        private Builder count(String option, int value, UnaryOperator<Typed> typedValue) {
            if (value < 1) {
                throw new IllegalArgumentException("--" + option + " must be at least 1, but was " + value);
            }
            set(option, Integer.toString(value));
            typed = typedValue.apply(typed);
            return this;
        }

        /**
         * Sets the interpreter's line.
         *
         * @param shebang such as {@code #!/bin/bash -l}
         * @return this
         * @throws IllegalArgumentException if it doesn't start with {@code #!/} or has control characters
         */
        public Builder shebang(String shebang) {
            if (!shebang.startsWith("#!/") || shebang.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "a shebang is one line that starts with '#!/', but was '" + shebang + "'");
            }
            this.shebang = shebang;
            return this;
        }

        /**
         * Sets the job's name.
         *
         * @param name not empty
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder jobName(String name) {
            return set("job-name", name);
        }

        /**
         * Sets the account to charge.
         *
         * @param account such as {@code project_2001234}
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder account(String account) {
            return set("account", account);
        }

        /**
         * Sets the partition.
         *
         * @param partition one name, or several with commas, of which the first to be free is taken
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder partition(String partition) {
            return set("partition", partition);
        }

        /**
         * Sets the time limit.
         *
         * @param limit which Slurm rounds up to whole minutes
         * @return this
         */
        public Builder time(WallTime limit) {
            set("time", limit.toSlurm());
            typed = typed.withTime(limit);
            return this;
        }

        /**
         * Sets the number of nodes.
         *
         * @param nodes at least 1
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder nodes(int nodes) {
            return count("nodes", nodes, t -> t.withNodes(nodes));
        }

        /**
         * Sets the number of tasks on each node.
         *
         * @param tasks at least 1
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder ntasksPerNode(int tasks) {
            return count("ntasks-per-node", tasks, t -> t.withNtasksPerNode(tasks));
        }

        /**
         * Sets the number of CPUs for each task.
         *
         * @param cpus at least 1
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder cpusPerTask(int cpus) {
            return count("cpus-per-task", cpus, t -> t.withCpusPerTask(cpus));
        }

        /**
         * Sets the memory of each node.
         *
         * @param memory which is written in whole MiB, rounded up
         * @return this
         */
        public Builder mem(Memory memory) {
            set("mem", memory.toSlurm());
            typed = typed.withMem(memory);
            return this;
        }

        /**
         * Sets the generic resources of each node.
         *
         * @param gres at least one
         * @return this
         * @throws IllegalArgumentException if there is none
         */
        public Builder gres(Gres... gres) {
            List<Gres> list = Arrays.asList(gres);
            set("gres", list.stream().map(Gres::toSlurm).collect(Collectors.joining(",")));
            typed = typed.withGres(list);
            return this;
        }

        /**
         * Sets the file for standard output, on a file system that the nodes see. Slurm accepts a job whose file can't
         * be opened, and fails it when it starts.
         *
         * @param file may hold Slurm's patterns, such as {@code %j} for the job's id
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder output(String file) {
            return set("output", file);
        }

        /**
         * Sets the file for standard error. Unset, it goes to the file of standard output.
         *
         * @param file may hold Slurm's patterns
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder error(String file) {
            return set("error", file);
        }

        /**
         * Makes the job an array.
         *
         * @param tasks numbers and ranges, and how many may run at once, such as {@code 0-15:4,20%2}
         * @return this
         * @throws IllegalArgumentException if it has another form
         */
        public Builder array(String tasks) {
            if (!ARRAY.matcher(tasks).matches()) {
                throw new IllegalArgumentException("--array must be numbers and ranges such as 0-15, 0-15:4 or 1,3,5-7,"
                        + " and %n for at most n at once, but was '" + tasks + "'");
            }
            return set("array", tasks);
        }

        /**
         * Sets what must happen before the job may start: all of these conditions.
         *
         * @param conditions at least one
         * @return this
         * @throws IllegalArgumentException if there is none
         */
        public Builder dependency(Dependency... conditions) {
            return set(
                    "dependency",
                    Arrays.stream(conditions).map(Dependency::toSlurm).collect(Collectors.joining(",")));
        }

        /**
         * Has Slurm write mails.
         *
         * @param user the address, or a user of the cluster
         * @param types about what, at least one
         * @return this
         * @throws IllegalArgumentException if there is no type, or the address is empty or has control characters
         */
        public Builder mail(String user, MailType... types) {
            Set<MailType> sorted = new TreeSet<>(Arrays.asList(types));
            set("mail-type", sorted.stream().map(MailType::name).collect(Collectors.joining(",")));
            return set("mail-user", user);
        }

        /**
         * Sets the comment. {@link SlurmClient#submit} adds the submission's token to it.
         *
         * @param comment not empty
         * @return this
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder comment(String comment) {
            return set("comment", comment);
        }

        /**
         * Says whether Slurm may put the job back into the queue when a node fails, under the same id, from the
         * script's start. Unset, the site decides; most requeue.
         *
         * @param requeue whether it may
         * @return this
         */
        public Builder requeue(boolean requeue) {
            directives.remove(requeue ? "no-requeue" : "requeue");
            return flag(requeue ? "requeue" : "no-requeue");
        }

        /**
         * Has output files appended to rather than emptied, so that a requeued job's earlier output is kept.
         *
         * @return this
         */
        public Builder appendOutput() {
            return set("open-mode", "append");
        }

        /**
         * Has Slurm signal the batch shell, and only it, before the time limit. Slurm may do so a minute early, and the
         * shell acts on it only when no foreground command runs: let it {@code wait} for background ones.
         *
         * @param signal such as {@code USR1}, without SIG
         * @param notice how long before the limit, at most 65535 s
         * @return this
         * @throws IllegalArgumentException if the signal is no name or number, or the notice is out of bounds
         */
        public Builder signalBatchShell(String signal, Duration notice) {
            if (!SIGNAL.matcher(signal).matches()) {
                throw new IllegalArgumentException(
                        "--signal needs a name such as USR1, or a number, but was '" + signal + "'");
            }
            if (notice.isNegative() || notice.compareTo(LONGEST_NOTICE) > 0) {
                throw new IllegalArgumentException("--signal can be sent up to " + LONGEST_NOTICE.toSeconds()
                        + " s before the limit, but was " + notice);
            }
            return set("signal", "B:" + signal + "@" + notice.toSeconds());
        }

        /**
         * Asks for whole nodes.
         *
         * @return this
         */
        public Builder exclusive() {
            return flag("exclusive");
        }

        private Builder flag(String option) {
            directives.remove(option);
            directives.put(option, "");
            return this;
        }

        /**
         * Sets another option of sbatch, such as {@code constraint}, {@code qos} or {@code reservation}.
         *
         * @param name sbatch's long name of it, without {@code --}
         * @param value not empty
         * @return this
         * @throws IllegalArgumentException if the name has other characters than lower-case letters, digits and
         *     {@code -}, has a setter of its own, or would change what {@code sbatch} answers; or if the value is empty
         *     or has control characters
         */
        public Builder option(String name, String value) {
            Directives.checkOtherOption(name);
            return set(name, value);
        }

        /**
         * Sets another option of sbatch that takes no value, such as {@code contiguous}.
         *
         * @param name sbatch's long name of it, without {@code --}
         * @return this
         * @throws IllegalArgumentException as {@link #option(String, String)}
         */
        public Builder option(String name) {
            Directives.checkOtherOption(name);
            return flag(name);
        }

        /**
         * Adds a line to the body.
         *
         * @param line shell text, which may itself have several lines
         * @return this
         */
        public Builder line(String line) {
            body.append(line).append('\n');
            return this;
        }

        /**
         * Replaces the body.
         *
         * @param body shell text
         * @return this
         */
        public Builder body(String body) {
            this.body.setLength(0);
            this.body.append(body);
            if (!body.isEmpty() && !body.endsWith("\n")) {
                this.body.append('\n');
            }
            return this;
        }

        /**
         * Returns the script.
         *
         * @return the script
         * @throws IllegalArgumentException if the body has carriage returns or NULs, or starts with comment lines that
         *     sbatch would take for directives; or if the script is larger than {@link #MAX_BYTES}
         */
        public SbatchScript build() {
            String text = body.toString();
            Directives.checkBody(text);
            // keeps the order of the setters, unlike Map.copyOf
            Map<String, String> copy = Collections.unmodifiableMap(new LinkedHashMap<>(directives));
            return new SbatchScript(copy, Objects.requireNonNull(shebang), text, typed);
        }
    }
}
