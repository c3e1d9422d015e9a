package io.github.slurmray.testkit;

import io.github.slurmray.testkit.internal.embedded.Bytes;
import io.github.slurmray.testkit.internal.embedded.Emulation;
import io.github.slurmray.testkit.internal.embedded.Place;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A Slurm that is emulated in this JVM, behind a real SSH server on loopback: jobs really run, as processes of this
 * machine; queues, limits and records follow a clock that {@link #advance} moves.
 *
 * <pre>{@code
 * try (EmbeddedSlurm slurm = EmbeddedSlurm.start();
 *         SshHost login = SshHost.builder(slurm.host()).port(slurm.port()).user(slurm.user())
 *                 .identity(slurm.key()).knownHosts(slurm.knownHosts()).build()) {
 *     JobId job = SlurmClient.over(login).submit(script);
 *     slurm.advance(Duration.ofHours(1));
 * }
 * }</pre>
 *
 * <p>Its commands print what real ones print, to the letter and with the same exit statuses; what it doesn't know it
 * refuses with {@code emulated Slurm doesn't support …} and exit status 255. Known are sbatch, squeue, sacct, scancel,
 * scontrol (show, hold, release, requeue, update, ping), sinfo, sacctmgr show, seff and srun inside a job or with
 * {@code --jobid}. {@code --json} is known where the release has it, and prints what the emulation knows: there are no
 * maps of cores, no measured memory or load, and no scheduler's flags. Users do what users may: what only an
 * administrator may is refused, or is a method here.
 *
 * <p>The login node runs commands and login shells, with and without a terminal (whose size stays as it was at the
 * start), reads {@code .bashrc} before each command and {@code .bash_profile} for a shell, and accepts besides
 * {@link #key} what {@code .ssh/authorized_keys} has, with the options restrict, [no-]port-forwarding, [no-]pty,
 * permitlisten, permitopen and expiry-time; a key with another option isn't accepted. It forwards both ways and listens
 * on loopback only; who ends one direction of a connection that came in by a remote forward ends both. What a process
 * in the background writes after its command has ended may be lost, where sshd would wait for it. SFTP is OpenSSH's own
 * {@code sftp-server}, and there is none where that isn't installed. Terminals need {@code script}.
 *
 * <p>The nodes are loopback addresses of one machine, other ones for each emulation: they share its processes, ports
 * and {@code /tmp}, and only {@code hostname}, {@code getent}, {@code ip} and {@code TMPDIR} tell them apart. That is
 * enough for a Ray cluster, real or the stand-in of {@link #site}. Memory isn't limited. Processes are found by a mark
 * in their environment and in their limit on file locks, so it runs on Linux only, and needs bash, setsid, grep and tee
 * there, and Python 3 for the stand-in. No root, and no port beyond loopback. All processes of jobs and commands are
 * gone after {@link #close}, and within seconds after this JVM was killed.
 *
 * <p>Safe for use by many threads; many may be open at once.
 */
public final class EmbeddedSlurm implements AutoCloseable {
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String user;
    private final Emulation emulation;

    private EmbeddedSlurm(Builder b) {
        user = b.user;
        emulation = new Emulation(
                () -> new SlurmModel(
                        b.release,
                        b.conf,
                        new SlurmModel.People(b.user, uid(), b.accounts, b.foreignAccounts, b.maxJobs, b.maxSubmitJobs),
                        ZoneId::systemDefault,
                        Instant.now()),
                user,
                commands::add,
                requests::add,
                Optional.ofNullable(b.like),
                Optional.ofNullable(b.virtualEnvironment),
                b.modules);
    }

    private static long uid() {
        try {
            return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalStateException("the emulated Slurm runs on Linux only: there is no /proc/self", e);
        }
    }

    /**
     * Starts one with the defaults of {@link #builder}.
     *
     * @return it, ready
     */
    public static EmbeddedSlurm start() {
        return builder().start();
    }

    /**
     * Describes one: Slurm 24.11 with the nodes cn1 to cn3 and the partitions test, small, gputest and all, for the
     * user alice with the account project_1.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes an {@link EmbeddedSlurm}. For one thread. */
    public static final class Builder {
        private SlurmRelease release = SlurmRelease.V24_11;
        private String conf = defaultConf();
        private String user = "alice";
        private List<String> accounts = List.of("project_1");
        private List<String> foreignAccounts = List.of();
        private OptionalInt maxJobs = OptionalInt.empty();
        private OptionalInt maxSubmitJobs = OptionalInt.empty();
        private final Map<String, List<String>> modules = new LinkedHashMap<>();
        private @Nullable String like;
        private @Nullable Path virtualEnvironment;

        private Builder() {}

        private static String defaultConf() {
            try (InputStream in = Objects.requireNonNull(SlurmModel.class.getResourceAsStream("slurm.conf"))) {
                return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Sets whose words it speaks.
         *
         * @param newRelease the release
         * @return this builder
         */
        public Builder release(SlurmRelease newRelease) {
            release = Objects.requireNonNull(newRelease, "release");
            return this;
        }

        /**
         * Sets nodes, partitions and limits.
         *
         * @param text the text of a slurm.conf; settings that the emulation doesn't act on are kept, and mean nothing
         * @return this builder
         */
        public Builder slurmConf(String text) {
            conf = Objects.requireNonNull(text, "text");
            return this;
        }

        /**
         * Sets who logs in.
         *
         * @param name the user's name; the processes are this JVM's user's all the same
         * @return this builder
         */
        public Builder user(String name) {
            user = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets what the user may charge.
         *
         * @param names the accounts, the default one first; with none, any name will do
         * @return this builder
         */
        public Builder accounts(String... names) {
            accounts = List.of(names);
            return this;
        }

        /**
         * Sets how many jobs of the user may run at once; by default as many as fit.
         *
         * @param max at least 1
         * @return this builder
         */
        public Builder maxJobs(int max) {
            maxJobs = OptionalInt.of(atLeastOne(max));
            return this;
        }

        /**
         * Sets how many jobs the user may have in the queue; by default there is no limit.
         *
         * @param max at least 1
         * @return this builder
         */
        public Builder maxSubmitJobs(int max) {
            maxSubmitJobs = OptionalInt.of(atLeastOne(max));
            return this;
        }

        /**
         * Lets {@link EmbeddedSlurm#site} have the facts of another site, so that plans are checked and priced as
         * there. Its partitions should then be those of the {@linkplain #slurmConf slurm.conf}, as of
         * {@code platform.slurmConf()}.
         *
         * @param platform the name of a site that slurmray ships, such as {@code lumi-c}
         * @return this builder
         */
        public Builder like(String platform) {
            like = Objects.requireNonNull(platform, "platform");
            return this;
        }

        /**
         * Sets which Ray {@link EmbeddedSlurm#site} names. Without one it names a stand-in: a small {@code ray} that is
         * up in a moment, whose nodes find each other, and which runs the entrypoints of Ray jobs as plain processes;
         * no Python program can {@code import ray} from it.
         *
         * @param directory a Python virtual environment with {@code ray[default]}, 2.60 or later, since earlier ones
         *     can't be told a directory for each node
         * @return this builder
         */
        public Builder ray(Path directory) {
            virtualEnvironment = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Adds a module, for {@code module load}. The line that defines {@code module} in a shell is what
         * {@link EmbeddedSlurm#site} says, and what launched clusters begin with; of Lmod's other commands only
         * {@code purge} is known, as long as nothing is loaded.
         *
         * @param name such as {@code pytorch/2.5}
         * @param lines lines of bash that loading it runs
         * @return this builder
         * @throws IllegalArgumentException if the name has anything but letters, digits and {@code _ - . + /}
         */
        public Builder module(String name, String... lines) {
            if (!name.matches("[A-Za-z0-9_+][A-Za-z0-9_.+-]*(/[A-Za-z0-9_+][A-Za-z0-9_.+-]*)*")) {
                throw new IllegalArgumentException(
                        "a module's name has letters, digits and _-.+/, but was '" + name + "'");
            }
            modules.put(name, List.of(lines));
            return this;
        }

        private static int atLeastOne(int max) {
            if (max < 1) {
                throw new IllegalArgumentException("a limit of jobs must be at least 1, but was " + max);
            }
            return max;
        }

        /**
         * Starts it. Returns when it can be logged in to.
         *
         * @return it, to be closed
         * @throws IllegalArgumentException if the slurm.conf can't be understood, or there is no Ray where it was said
         * @throws IllegalStateException where there is no {@code /proc}
         */
        public EmbeddedSlurm start() {
            return new EmbeddedSlurm(this);
        }
    }

    // ---------------------------------------------------------------- how to reach it

    /**
     * Returns the address of the login node.
     *
     * @return a loopback address
     */
    public String host() {
        return "127.0.0.1";
    }

    /**
     * Returns the SSH port of the login node.
     *
     * @return a free port that was chosen at the start
     */
    public int port() {
        return emulation.ssh().port();
    }

    /**
     * Returns who logs in.
     *
     * @return the name
     */
    public String user() {
        return user;
    }

    /**
     * Returns the file with the user's private key.
     *
     * @return an OpenSSH key without a passphrase, readable by this user only
     */
    public Path key() {
        return emulation.ssh().key();
    }

    /**
     * Makes another key of the user's, which is accepted only with a certificate of this login node's authority.
     *
     * @param validity for how long the certificate is valid, on the emulated clock; after {@link #advance} by as much,
     *     or if it isn't positive, the key is refused
     * @return the file of the private key; the certificate lies beside it in {@code NAME-cert.pub}, where ssh looks for
     *     it
     */
    public Path issueCertificate(Duration validity) {
        return emulation.ssh().issueCertificate(validity);
    }

    /**
     * Returns the file that names the login node's key.
     *
     * @return a file in the format of known_hosts
     */
    public Path knownHosts() {
        return emulation.ssh().knownHosts();
    }

    /**
     * Returns the file that describes it as a site, for {@code Platforms.load}: its partitions, how nodes are reached,
     * and where Ray comes from.
     *
     * @return a site file that goes when this is closed
     */
    public Path site() {
        return emulation.site();
    }

    /**
     * Returns the user's home, which login and compute nodes share.
     *
     * @return a directory that goes when this is closed
     */
    public Path home() {
        Place place = emulation.place();
        return place.home();
    }

    // ---------------------------------------------------------------- what it was asked

    /**
     * Returns every command of Slurm's that was called, by whom and from wherever, as {@code sbatch --parsable job.sh}.
     *
     * @return the commands in order, a copy
     */
    public List<String> received() {
        return new ArrayList<>(commands);
    }

    /**
     * Returns every command line that came over SSH; an interactive shell is {@code -bash}, and SFTP is the line of its
     * server.
     *
     * @return the lines in order, a copy
     */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    // ---------------------------------------------------------------- time

    /**
     * Moves the clock forward. Returns when everything that fell due on the way has happened, in order; signals that it
     * sends reach the processes soon after.
     *
     * @param by how far
     * @throws IllegalArgumentException if it is negative, or goes beyond the year 9999
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time goes forward only, but was told to go by " + by);
        }
        emulation.engine().advance(by);
    }

    /**
     * Returns the time on the emulated clock.
     *
     * @return real time, and what it has been advanced by
     */
    public Instant now() {
        return emulation.engine().now();
    }

    /**
     * Lets another user's job take whole nodes, at once or when they are free. It runs no process.
     *
     * @param partition the partition
     * @param nodes how many nodes
     * @param time for how long
     * @return the job's id
     */
    public long occupy(String partition, int nodes, Duration time) {
        return emulation.engine().ask(m -> m.occupy(partition, nodes, time));
    }

    // ---------------------------------------------------------------- faults

    /** Stops the controller: commands fail as against a real one that is down. Jobs go on. */
    public void stopController() {
        emulation.engine().change(m -> m.controllerAnswers(false));
    }

    /** Starts the controller again. */
    public void startController() {
        emulation.engine().change(m -> m.controllerAnswers(true));
    }

    /**
     * Makes the controller slow: what it is asked to do is done at once, but its answer comes later.
     *
     * @param by by how much, in real time; zero for not at all
     */
    public void slowController(Duration by) {
        emulation.faults().slow(by);
    }

    /** Stops the accounting database. What happens meanwhile is recorded when it is back. */
    public void stopDatabase() {
        emulation.engine().change(m -> m.databaseDown(true));
    }

    /** Starts the accounting database again. */
    public void startDatabase() {
        emulation.engine().change(m -> m.databaseDown(false));
    }

    /**
     * Makes the accounting database late.
     *
     * @param lag how long a record takes to arrive, on the emulated clock
     */
    public void databaseLag(Duration lag) {
        emulation.engine().change(m -> m.databaseLag(lag));
    }

    /**
     * Cuts a node's power: its processes are killed. The controller takes it for down after its SlurmdTimeout.
     *
     * @param node its name
     * @throws IllegalArgumentException if there is no such node
     */
    public void loseNode(String node) {
        emulation.engine().change(m -> m.loseNode(node));
    }

    /**
     * Brings a lost node back.
     *
     * @param node its name
     * @throws IllegalArgumentException if there is no such node
     */
    public void bringBackNode(String node) {
        emulation.engine().change(m -> m.bringBackNode(node));
    }

    /**
     * Takes a node out of service, as an administrator does: its jobs go on, and no other starts there.
     *
     * @param node its name
     * @param reason what {@code sinfo -R} gives as the reason
     * @throws IllegalArgumentException if there is no such node
     */
    public void drainNode(String node, String reason) {
        emulation.engine().change(m -> m.drainNode(node, Bytes.of(reason)));
    }

    /**
     * Brings a drained node back into service.
     *
     * @param node its name
     * @throws IllegalArgumentException if there is no such node
     */
    public void resumeNode(String node) {
        emulation.engine().change(m -> m.resumeNode(node));
    }

    /**
     * Suspends a running job, as an administrator does: its processes are stopped by {@code SIGSTOP}, its time limit
     * waits, and other jobs may have its CPUs.
     *
     * @param job the job's id
     * @throws IllegalStateException if it doesn't run
     */
    public void suspend(long job) {
        emulation.engine().change(m -> m.suspend(job));
    }

    /**
     * Lets a suspended job go on, as an administrator does, even if others have its CPUs by now.
     *
     * @param job the job's id
     * @throws IllegalStateException if it isn't suspended
     */
    public void resume(long job) {
        emulation.engine().change(m -> m.resume(job));
    }

    /**
     * Lets a job of higher priority take the nodes of a running job, which is put back into the queue if it may be.
     *
     * @param job the job's id
     * @throws IllegalStateException if it doesn't run
     */
    public void preempt(long job) {
        emulation.engine().change(m -> m.preempt(job));
    }

    /**
     * Ends a running job as one that used more memory than it has.
     *
     * @param job the job's id
     * @throws IllegalStateException if it doesn't run, or {@linkplain #occupy only occupies} nodes
     */
    public void runOutOfMemory(long job) {
        emulation.engine().change(m -> m.outOfMemory(job));
    }

    /** Breaks all SSH connections without a goodbye. New ones can be made. */
    public void cutConnections() {
        emulation.ssh().cut();
    }

    /**
     * Breaks one SSH connection, without a goodbye, when the login node has sent so many bytes from now on, counted
     * over all connections together and as they are on the network, encrypted. These bytes still arrive. The next
     * connection is sound.
     *
     * @param bytes how many; with zero, the next byte that should be sent isn't
     */
    public void dropAfterSending(long bytes) {
        emulation.ssh().dropAfterSending(notNegative(bytes));
    }

    /**
     * Breaks one SSH connection, without a goodbye, when the login node has received so many bytes from now on, see
     * {@link #dropAfterSending}. What it was sent beyond them it never sees.
     *
     * @param bytes how many; with zero, the next byte that comes is lost
     */
    public void dropAfterReceiving(long bytes) {
        emulation.ssh().dropAfterReceiving(notNegative(bytes));
    }

    private static long notNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a number of bytes can't be negative, but was " + bytes);
        }
        return bytes;
    }

    /**
     * Sets whether all SSH connections stall: they stay open, new ones too, and nothing passes in either direction.
     * Afterwards everything that was held back goes on.
     *
     * @param stall true for holding everything back
     */
    public void stallConnections(boolean stall) {
        emulation.ssh().stall(stall);
    }

    /**
     * Sets whether the login node presents another host key than that in {@link #knownHosts}, to new connections.
     *
     * @param other true for a key that nobody knows, another one at each call
     */
    public void presentOtherHostKey(boolean other) {
        emulation.ssh().presentOtherHostKey(other);
    }

    /**
     * Sets whether logins are noisy: there is a banner before the login, and the start-up files of the login shell
     * write to both streams before each command, with escape sequences and without a last newline. For other noise,
     * write a {@code .bashrc} into {@link #home}, which is read before each command in any case.
     *
     * @param noisy true for noise, from the next connection on
     */
    public void noisyLogins(boolean noisy) {
        emulation.ssh().noisy(noisy);
    }

    /**
     * Sets whether the user's language is German: {@code LANG} is de_DE.UTF-8 in what logs in from now on, and in the
     * jobs that it submits. Slurm itself speaks English only, as a real one. Where the machine has no German, the error
     * messages of cat, ls, mv, rm and their like are translated by the emulation, unless {@code LC_ALL} or
     * {@code LC_MESSAGES} says otherwise; those of the shells, dates and numbers are not.
     *
     * @param german true for German
     */
    public void speakGerman(boolean german) {
        emulation.ssh().german(german);
    }

    /**
     * Sets whether the user has no disk space left. No process of a login or job that starts from now on can write to
     * any file, those in {@code /tmp} included; it can still make empty ones, directories and pipes. cat, cp, dd, tar
     * and their like say {@code Disk quota exceeded}. What else writes gets the error EFBIG ({@code File too large})
     * instead of EDQUOT, since the limit is that of {@code ulimit -f}. What runs already goes on writing.
     *
     * @param exceed true for no space
     */
    public void exceedQuota(boolean exceed) {
        emulation.place().overQuota(exceed);
    }

    /**
     * Sets whether the login node closes new connections as soon as they are made.
     *
     * @param refuse true for closing them
     */
    public void refuseConnections(boolean refuse) {
        emulation.ssh().refuse(refuse);
    }

    /**
     * Sets how many sessions a connection may have open, 10 by default.
     *
     * @param max the limit
     */
    public void maxSessions(int max) {
        emulation.ssh().maxSessions(max);
    }

    /** Ends everything: connections, commands, jobs with all their processes, and the directory. Twice is harmless. */
    @Override
    public void close() {
        emulation.close();
    }
}
