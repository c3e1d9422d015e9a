package io.github.slurmray.testkit;

import io.github.slurmray.testkit.internal.embedded.Bytes;
import io.github.slurmray.testkit.internal.embedded.Emulation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

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
 * <p>Safe for use by many threads; many may be open at once. After {@link #close}, whatever asks Slurm something or
 * changes it throws {@link IllegalStateException}.
 */
public final class EmbeddedSlurm implements AutoCloseable {
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String user;
    private final Emulation emulation;

    EmbeddedSlurm(EmbeddedSlurmBuilder builder, String user) {
        this.user = user;
        emulation = builder.emulation(commands::add, requests::add);
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
     * Describes one: Slurm 24.11 with the nodes cn1 to cn3 and the partitions test, small, gputest and all, none of
     * them the default one, for the user alice with the account project_1.
     *
     * @return the builder
     */
    public static EmbeddedSlurmBuilder builder() {
        return new EmbeddedSlurmBuilder();
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
     * Makes another key of the user's, which is accepted only with a certificate of this login node's authority. It is
     * for ssh and programs that know certificates: {@code SshHost} doesn't, and is refused with this key.
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
        return emulation.place().home();
    }

    // ---------------------------------------------------------------- what it was asked

    /**
     * Returns every command of Slurm's that was called, by whom and from wherever, as {@code sbatch --parsable job.sh}.
     * A word with blanks, quotes or backslashes is in single quotes: {@code sbatch --wrap 'sleep 10'}.
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
     * Moves the clock of this Slurm forward. Returns when everything that fell due on the way has happened, in order;
     * signals that it sends reach the processes soon after. The processes' own clock stays: {@code date} and
     * {@code sleep} know real time only.
     *
     * @param by how far
     * @throws IllegalArgumentException if it is negative, or goes beyond the year 9999
     */
    public void advance(Duration by) {
        emulation.engine().advance(notNegative(by, "time goes forward only"));
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
     * @param nodes how many nodes, at least 1
     * @param time for how long, on the emulated clock
     * @return the job's id
     * @throws IllegalArgumentException if there is no such partition, or it never has so many nodes, or the time isn't
     *     positive
     */
    public long occupy(String partition, int nodes, Duration time) {
        if (nodes < 1 || time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(
                    "a job needs a node and some time, but was to occupy " + nodes + " nodes for " + time);
        }
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
     * @throws IllegalArgumentException if it is negative
     */
    public void slowController(Duration by) {
        emulation.faults().slow(notNegative(by, "an answer can't come before it is asked for"));
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
     * @throws IllegalArgumentException if it is negative
     */
    public void databaseLag(Duration lag) {
        notNegative(lag, "a record can't arrive before it is sent");
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
     * Brings a lost node back. Its slurmd comes without the batch scripts that ran there, so their jobs end as
     * NODE_FAIL, or are put back into the queue if they may be, also if the node was never marked down. A job that has
     * been running for less than BatchStartTimeout and MessageTimeout (at most 10 s of it) together stays RUNNING until
     * the node registers again, at every twentieth ping, of which there are three in a SlurmdTimeout. With the
     * slurm.conf that comes with this, that is 15 s and 60 s.
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
     * @throws IllegalArgumentException if there is no such job
     * @throws IllegalStateException if it doesn't run
     */
    public void suspend(long job) {
        emulation.engine().change(m -> m.suspend(job));
    }

    /**
     * Lets a suspended job go on, as an administrator does, even if others have its CPUs by now.
     *
     * @param job the job's id
     * @throws IllegalArgumentException if there is no such job
     * @throws IllegalStateException if it isn't suspended
     */
    public void resume(long job) {
        emulation.engine().change(m -> m.resume(job));
    }

    /**
     * Lets a job of higher priority take the nodes of a running job, which is put back into the queue if it may be.
     *
     * @param job the job's id
     * @throws IllegalArgumentException if there is no such job
     * @throws IllegalStateException if it doesn't run
     */
    public void preempt(long job) {
        emulation.engine().change(m -> m.preempt(job));
    }

    /**
     * Ends a running job as one that used more memory than it has.
     *
     * @param job the job's id
     * @throws IllegalArgumentException if there is no such job
     * @throws IllegalStateException if it doesn't run, or has no processes, being one of {@link #occupy}
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
     * @throws IllegalArgumentException if it is negative
     */
    public void dropAfterSending(long bytes) {
        emulation.ssh().dropAfterSending(notNegative(bytes));
    }

    /**
     * Breaks one SSH connection, without a goodbye, when the login node has received so many bytes from now on, see
     * {@link #dropAfterSending}. What it was sent beyond them it never sees.
     *
     * @param bytes how many; with zero, the next byte that comes is lost
     * @throws IllegalArgumentException if it is negative
     */
    public void dropAfterReceiving(long bytes) {
        emulation.ssh().dropAfterReceiving(notNegative(bytes));
    }

    private static Duration notNegative(Duration time, String why) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(why + ", but the time was " + time);
        }
        return time;
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
     * any file, those in {@code /tmp} included; it can still make empty ones, directories and pipes. cat, cp, head, tar
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
     * @param max the limit; with zero, nothing can be run, and a launched cluster needs two
     * @throws IllegalArgumentException if it is negative
     */
    public void maxSessions(int max) {
        if (max < 0) {
            throw new IllegalArgumentException("a number of sessions can't be negative, but was " + max);
        }
        emulation.ssh().maxSessions(max);
    }

    /**
     * Ends everything: connections, commands, jobs with all their processes, and the directory. Blocks until they are
     * gone. Twice is harmless.
     *
     * @throws IllegalStateException if there are still processes after 20 seconds
     */
    @Override
    public void close() {
        emulation.close();
    }
}
