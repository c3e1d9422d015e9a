package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job to be submitted: a command, what it needs, and the environment it runs in.
 *
 * <p>Immutable. The entrypoint runs on the head, unless it asks for CPUs, GPUs, memory or resources of its own. The
 * values of environment variables are not part of {@link #toString()}.
 */
public final class RayJobSpec {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final String entrypoint;
    private final @Nullable String submissionId;
    private final @Nullable Path workingDir;
    private final Map<String, String> env;
    private final List<String> pip;
    private final Map<String, String> metadata;
    private final @Nullable Double entrypointCpus;
    private final @Nullable Double entrypointGpus;
    private final @Nullable Memory entrypointMemory;
    private final Map<String, Double> entrypointResources;

    private RayJobSpec(Builder b) {
        this.entrypoint = b.entrypoint;
        this.submissionId = b.submissionId;
        this.workingDir = b.workingDir;
        this.env = Map.copyOf(b.env);
        this.pip = b.pip;
        this.metadata = Map.copyOf(b.metadata);
        this.entrypointCpus = b.entrypointCpus;
        this.entrypointGpus = b.entrypointGpus;
        this.entrypointMemory = b.entrypointMemory;
        this.entrypointResources = Map.copyOf(b.entrypointResources);
    }

    /**
     * Starts a specification.
     *
     * @param entrypoint the command, as a shell on the cluster takes it, such as {@code python train.py}
     * @return a builder
     * @throws IllegalArgumentException if it is blank
     */
    public static Builder builder(String entrypoint) {
        return new Builder(entrypoint);
    }

    /**
     * Returns a builder that starts from this specification.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder b = new Builder(entrypoint);
        b.submissionId = submissionId;
        b.workingDir = workingDir;
        b.env.putAll(env);
        b.pip = pip;
        b.metadata.putAll(metadata);
        b.entrypointCpus = entrypointCpus;
        b.entrypointGpus = entrypointGpus;
        b.entrypointMemory = entrypointMemory;
        b.entrypointResources.putAll(entrypointResources);
        return b;
    }

    /**
     * Returns the command.
     *
     * @return the command
     */
    public String entrypoint() {
        return entrypoint;
    }

    /**
     * Returns the id that the job is to have.
     *
     * @return the id; empty means that each submission makes a new one
     */
    public Optional<String> submissionId() {
        return Optional.ofNullable(submissionId);
    }

    /**
     * Returns the directory whose content the job gets.
     *
     * @return the directory on this machine; empty if the job gets none
     */
    public Optional<Path> workingDir() {
        return Optional.ofNullable(workingDir);
    }

    /**
     * Returns the environment variables.
     *
     * @return the variables
     */
    public Map<String, String> env() {
        return env;
    }

    /**
     * Returns the Python packages to install.
     *
     * @return the requirements; empty for none
     */
    public List<String> pip() {
        return pip;
    }

    /**
     * Returns what is attached to the job.
     *
     * @return the metadata
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Returns the CPUs for the entrypoint.
     *
     * @return the number; empty for none
     */
    public OptionalDouble entrypointCpus() {
        return entrypointCpus == null ? OptionalDouble.empty() : OptionalDouble.of(entrypointCpus);
    }

    /**
     * Returns the GPUs for the entrypoint.
     *
     * @return the number; empty for none
     */
    public OptionalDouble entrypointGpus() {
        return entrypointGpus == null ? OptionalDouble.empty() : OptionalDouble.of(entrypointGpus);
    }

    /**
     * Returns the memory for the entrypoint.
     *
     * @return the amount; empty for none
     */
    public Optional<Memory> entrypointMemory() {
        return Optional.ofNullable(entrypointMemory);
    }

    /**
     * Returns the custom resources for the entrypoint.
     *
     * @return amounts by name
     */
    public Map<String, Double> entrypointResources() {
        return entrypointResources;
    }

    @Override
    public String toString() {
        return "RayJobSpec[entrypoint=" + entrypoint + ", submissionId=" + (submissionId == null ? "new" : submissionId)
                + ", workingDir=" + workingDir + ", env=" + env.keySet() + "]";
    }

    /** Collects the parts of a {@link RayJobSpec}. Not safe for use by many threads. */
    public static final class Builder {
        private final String entrypoint;
        private @Nullable String submissionId;
        private @Nullable Path workingDir;
        private final Map<String, String> env = new LinkedHashMap<>();
        private List<String> pip = List.of();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private @Nullable Double entrypointCpus;
        private @Nullable Double entrypointGpus;
        private @Nullable Memory entrypointMemory;
        private final Map<String, Double> entrypointResources = new LinkedHashMap<>();

        private Builder(String entrypoint) {
            if (Objects.requireNonNull(entrypoint, "entrypoint").isBlank()) {
                throw new IllegalArgumentException("the entrypoint can't be blank");
            }
            this.entrypoint = entrypoint;
        }

        /**
         * Sets the job's id, so that submitting again, from another process too, gives the same job. By default each
         * submission makes a new one, {@code slurmray-} and random letters.
         *
         * @param submissionId letters, digits, '.', '_' and '-', at most 128
         * @return this
         * @throws IllegalArgumentException if it has another form
         */
        public Builder submissionId(String submissionId) {
            if (!ID.matcher(Objects.requireNonNull(submissionId, "submissionId"))
                    .matches()) {
                throw new IllegalArgumentException(
                        "a submission id has up to 128 letters, digits, '.', '_' and '-', and starts with a letter or"
                                + " digit, but was '" + submissionId + "'");
            }
            this.submissionId = submissionId;
            return this;
        }

        /**
         * Sets a directory of this machine whose content becomes the job's working directory. It is packed and uploaded
         * when the job is submitted, without {@code .git} and {@code __pycache__}; Ray takes up to 100 MiB, packed.
         * Links to files inside of the directory are followed, all others left out.
         *
         * @param workingDir the directory
         * @return this
         */
        public Builder workingDir(Path workingDir) {
            this.workingDir = Objects.requireNonNull(workingDir, "workingDir");
            return this;
        }

        /**
         * Sets an environment variable of the job. Ray shows it to everyone who may see the job, so it's no place for a
         * secret.
         *
         * @param name its name
         * @param value its value
         * @return this
         * @throws IllegalArgumentException if the name is empty or has a '='
         */
        public Builder env(String name, String value) {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("'" + name + "' can't be the name of an environment variable");
            }
            env.put(name, Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets the Python packages that Ray installs for the job, which needs a way to a package index from the nodes.
         *
         * @param requirements such as {@code numpy==2.1.0}
         * @return this
         */
        public Builder pip(List<String> requirements) {
            this.pip = List.copyOf(requirements);
            return this;
        }

        /**
         * Attaches a value to the job.
         *
         * @param key its name
         * @param value its value
         * @return this
         */
        public Builder metadata(String key, String value) {
            metadata.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets the CPUs that Ray reserves for the entrypoint itself, beside what its tasks ask for. Default: none.
         *
         * @param cpus the number, may be a fraction
         * @return this
         * @throws IllegalArgumentException if it is negative or no number
         */
        public Builder entrypointCpus(double cpus) {
            this.entrypointCpus = amount("entrypointCpus", cpus);
            return this;
        }

        /**
         * Sets the GPUs that Ray reserves for the entrypoint itself, beside what its tasks ask for. Default: none.
         *
         * @param gpus the number, may be a fraction
         * @return this
         * @throws IllegalArgumentException if it is negative or no number
         */
        public Builder entrypointGpus(double gpus) {
            this.entrypointGpus = amount("entrypointGpus", gpus);
            return this;
        }

        /**
         * Sets the memory that Ray reserves for the entrypoint itself. Default: none.
         *
         * @param memory the amount
         * @return this
         */
        public Builder entrypointMemory(Memory memory) {
            this.entrypointMemory = Objects.requireNonNull(memory, "memory");
            return this;
        }

        /**
         * Sets a custom resource that Ray reserves for the entrypoint itself.
         *
         * @param name the resource
         * @param amount how much of it
         * @return this
         * @throws IllegalArgumentException if it is negative or no number
         */
        public Builder entrypointResource(String name, double amount) {
            entrypointResources.put(Objects.requireNonNull(name, "name"), amount(name, amount));
            return this;
        }

        /**
         * Makes the specification.
         *
         * @return the specification
         */
        public RayJobSpec build() {
            return new RayJobSpec(this);
        }

        private static double amount(String what, double value) {
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(what + " must be a number of at least 0, but was " + value);
            }
            return value;
        }
    }
}
