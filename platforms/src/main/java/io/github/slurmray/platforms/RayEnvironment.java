package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where Ray comes from inside a job: the shell lines that make it available, and the command that wraps it, if one
 * does.
 *
 * <p>Immutable. A platform brings its own; a user overrides it with one of theirs.
 */
public final class RayEnvironment {
    private final List<String> setup;
    private final @Nullable String virtualEnvironment;
    private final List<String> wrapper;
    private final @Nullable String rayVersion;
    private final @Nullable ContainerRuntime runtime;
    private final @Nullable Boolean hasRay;
    private final @Nullable Architecture architecture;
    private final @Nullable Boolean fastNetwork;
    private final @Nullable String note;

    private RayEnvironment(Builder b) {
        this.setup = List.copyOf(b.setup);
        this.virtualEnvironment = b.virtualEnvironment;
        this.wrapper = List.copyOf(b.wrapper);
        this.rayVersion = b.rayVersion;
        this.runtime = b.runtime;
        this.hasRay = b.hasRay;
        this.architecture = b.architecture;
        this.fastNetwork = b.fastNetwork;
        this.note = b.note;
    }

    /** How commands run in an environment. */
    public enum ContainerRuntime {
        /** As they are. */
        PLAIN,
        /** In a container, behind {@code singularity_wrapper exec}. */
        SINGULARITY_WRAPPER,
        /** In a container that Tykky hides: they are called as if they were plain. */
        TYKKY,
        /** In a container, behind {@code apptainer exec} or {@code singularity exec}. */
        APPTAINER,
        /** In a container that {@code srun --container-image} makes (Pyxis and Enroot). */
        PYXIS
    }

    /** Reads one of {@code rayEnvironments}. */
    static RayEnvironment read(Section s) {
        Builder builder = builder();
        List<String> setup = s.texts("setup");
        s.check("setup", "lines of bash", () -> setup.forEach(builder::setupLine));
        List<String> wrapper = s.texts("wrapper");
        s.check("wrapper", "the words of a command", () -> builder.wrapper(wrapper.toArray(String[]::new)));
        s.value("virtualEnvironment", "a directory, absolute or below the home directory", builder::virtualEnvironment);
        s.value("rayVersion", "a version such as 2.43.0", builder::rayVersion);
        builder.runtime = s.constant("runtime", ContainerRuntime.class).orElse(null);
        builder.hasRay = s.flag("hasRay").orElse(builder.rayVersion == null ? null : true);
        builder.architecture = s.constant("architecture", Architecture.class).orElse(null);
        builder.fastNetwork = s.flag("fastNetwork").orElse(null);
        builder.note = s.text("note").orElse(null);
        if (builder.rayVersion != null && Boolean.FALSE.equals(builder.hasRay)) {
            throw s.bad("hasRay", "true, as rayVersion says which Ray it has", null);
        }
        return builder.build();
    }

    /**
     * Starts a builder from this environment, such as one of a site that needs a setup line more.
     *
     * @return a fresh builder that has everything which this has
     */
    public Builder toBuilder() {
        Builder builder = builder();
        builder.setup.addAll(setup);
        builder.virtualEnvironment = virtualEnvironment;
        builder.wrapper.addAll(wrapper);
        builder.rayVersion = rayVersion;
        builder.runtime = runtime;
        builder.hasRay = hasRay;
        builder.architecture = architecture;
        builder.fastNetwork = fastNetwork;
        builder.note = note;
        return builder;
    }

    /**
     * Starts a builder. With nothing set, {@code ray} is expected on the job's PATH.
     *
     * @return a fresh builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the lines of bash that run first, in order, each of which must succeed.
     *
     * @return such as {@code module load pytorch/2.5}; empty if nothing is needed
     */
    public List<String> setup() {
        return setup;
    }

    /**
     * Returns the virtual environment that is activated after the setup lines.
     *
     * @return its directory on the site; empty if there is none
     */
    public Optional<String> virtualEnvironment() {
        return Optional.ofNullable(virtualEnvironment);
    }

    /**
     * Returns the command that each {@code ray} command is given to.
     *
     * @return such as {@code singularity_wrapper exec}, or empty if Ray is run plainly
     */
    public List<String> wrapper() {
        return wrapper;
    }

    /**
     * Returns Ray's version there.
     *
     * @return such as {@code 2.43.0}; empty if it isn't known before the job runs
     */
    public Optional<String> rayVersion() {
        return Optional.ofNullable(rayVersion);
    }

    /**
     * Returns how commands run in it.
     *
     * @return empty if it isn't known; {@link ContainerRuntime#PLAIN} in one of a user's that doesn't say it
     */
    public Optional<ContainerRuntime> runtime() {
        return Optional.ofNullable(runtime);
    }

    /**
     * Tells whether Ray is in it.
     *
     * @return empty if it isn't known; true in one of a user's
     */
    public Optional<Boolean> hasRay() {
        return Optional.ofNullable(hasRay);
    }

    /**
     * Returns the processors that its programs are for.
     *
     * @return empty if it isn't known
     */
    public Optional<Architecture> architecture() {
        return Optional.ofNullable(architecture);
    }

    /**
     * Tells whether its programs use the site's fast network between nodes.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> fastNetwork() {
        return Optional.ofNullable(fastNetwork);
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return Optional.ofNullable(note);
    }

    /**
     * Tells whether this Ray can guard its ports with a token, which it can since 2.52.0 (Ray's documentation, Token
     * Authentication).
     *
     * @return empty if the version isn't known
     */
    public Optional<Boolean> supportsTokens() {
        return rayVersion().map(v -> {
            String[] parts = v.split("\\.", -1);
            int major = Integer.parseInt(parts[0]);
            return major > 2 || (major == 2 && Integer.parseInt(parts[1]) >= 52);
        });
    }

    /** Builds a {@link RayEnvironment}. Not safe for use by many threads. */
    public static final class Builder {
        private final List<String> setup = new ArrayList<>();
        private final List<String> wrapper = new ArrayList<>();
        private @Nullable String virtualEnvironment;
        private @Nullable String rayVersion;
        private @Nullable ContainerRuntime runtime = ContainerRuntime.PLAIN;
        private @Nullable Boolean hasRay = true;
        private @Nullable Architecture architecture;
        private @Nullable Boolean fastNetwork;
        private @Nullable String note;

        private Builder() {}

        private static String oneLine(String text, String what) {
            if (text.isBlank() || text.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
                throw new IllegalArgumentException(what + " must be one line of text, but was '" + text + "'");
            }
            return text;
        }

        /**
         * Adds {@code module load} of a module.
         *
         * @param module such as {@code pytorch/2.5}
         * @return this builder
         * @throws IllegalArgumentException if the name holds anything but letters, digits and {@code _ - . / +}, or
         *     starts with {@code -}
         */
        public Builder module(String module) {
            if (!module.matches("[A-Za-z0-9_./+][A-Za-z0-9_./+-]*")) {
                throw new IllegalArgumentException("a module's name holds letters, digits and _-./+, but was '" + module
                        + "'; for other commands use setupLine");
            }
            return setupLine("module load " + module);
        }

        /**
         * Adds a shell line that runs before Ray, such as {@code module use /appl/local/modulefiles}. It is not quoted.
         *
         * @param line one line of bash
         * @return this builder
         * @throws IllegalArgumentException if it is empty, or has a line break or another control character but tabs
         */
        public Builder setupLine(String line) {
            setup.add(oneLine(line, "a setup line"));
            return this;
        }

        /**
         * Sets the virtual environment to activate, after the setup lines.
         *
         * @param directory its directory on the site, absolute or below the home directory; nothing in it is expanded
         * @return this builder
         * @throws IllegalArgumentException if it starts with {@code ~} or isn't one line of text
         */
        public Builder virtualEnvironment(String directory) {
            if (oneLine(directory, "the virtual environment's directory").startsWith("~")) {
                throw new IllegalArgumentException("the virtual environment's directory is absolute or below the home"
                        + " directory, without ~, but was '" + directory + "'");
            }
            this.virtualEnvironment = directory;
            return this;
        }

        /**
         * Sets the command that each {@code ray} command is given to. Each word arrives as it is: nothing in it is
         * expanded.
         *
         * @param words such as {@code singularity_wrapper}, {@code exec}; none for no wrapper
         * @return this builder
         * @throws IllegalArgumentException if the first word is empty, or one has a NUL or a carriage return
         */
        public Builder wrapper(String... words) {
            List<String> command = List.of(words);
            if (!command.isEmpty() && command.get(0).isEmpty()) {
                throw new IllegalArgumentException("a wrapper's first word is a command, but was empty");
            }
            for (String word : command) {
                if (word.indexOf('\0') >= 0 || word.indexOf('\r') >= 0) {
                    throw new IllegalArgumentException(
                            "a batch script can't hold a NUL or a carriage return, but the wrapper does: " + command);
                }
            }
            wrapper.clear();
            wrapper.addAll(command);
            return this;
        }

        /**
         * Says which Ray it is, so that a plan knows before the job runs what this Ray can do.
         *
         * @param version such as {@code 2.43.0}
         * @return this builder
         * @throws IllegalArgumentException if it doesn't start with two numbers
         */
        public Builder rayVersion(String version) {
            if (!version.matches("\\d{1,4}\\.\\d{1,4}(\\..*)?")) {
                throw new IllegalArgumentException("a Ray version is such as 2.43.0, but was '" + version + "'");
            }
            this.rayVersion = version;
            return this;
        }

        /**
         * Says how commands run in it, by default as they are.
         *
         * @param how for those who read the plan; the {@linkplain #wrapper wrapper} is what makes it so
         * @return this builder
         */
        public Builder runtime(ContainerRuntime how) {
            this.runtime = Objects.requireNonNull(how, "how");
            return this;
        }

        /**
         * Says which processors its programs are for, so that a plan for nodes with others is refused.
         *
         * @param of the architecture
         * @return this builder
         */
        public Builder architecture(Architecture of) {
            this.architecture = Objects.requireNonNull(of, "of");
            return this;
        }

        /**
         * Builds.
         *
         * @return the environment
         */
        public RayEnvironment build() {
            return new RayEnvironment(this);
        }
    }
}
