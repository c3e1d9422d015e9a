package io.github.slurmray.slurm;

import io.github.slurmray.core.Host;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** Settings of a {@link SlurmClient}. Not safe for use by several threads. */
public final class SlurmClientBuilder {
    private final Host host;
    private Duration patience = Duration.ofSeconds(30);
    private Duration recordsArriveWithin = Timing.RECORDS_ARRIVE_WITHIN;
    private Optional<String> commandDirectory = Optional.empty();

    SlurmClientBuilder(Host host) {
        this.host = Objects.requireNonNull(host, "host");
    }

    /**
     * Sets for how long a submission whose answer is missing is asked for again, counted from the first trouble: a lost
     * connection, an {@code sbatch} that doesn't end. 30 seconds by default. While the controller can't be reached, new
     * attempts are made for as long, and the last of them is waited for as long again.
     *
     * @param patience zero or more
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public SlurmClientBuilder patience(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience can't be negative, but was " + patience);
        }
        this.patience = patience;
        return this;
    }

    /**
     * Sets for how long the database may have no end of a job that the controller doesn't know (any more), before the
     * client calls it {@link JobState.Outcome#NOT_RECORDED}; counted from when this client first asked. Five minutes by
     * default. Zero suits whoever wants to know only that the job is over, which the controller's word says at once.
     *
     * @param recordsArriveWithin zero or more
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public SlurmClientBuilder recordsArriveWithin(Duration recordsArriveWithin) {
        if (recordsArriveWithin.isNegative()) {
            throw new IllegalArgumentException(
                    "the time in which records arrive can't be negative, but was " + recordsArriveWithin);
        }
        this.recordsArriveWithin = recordsArriveWithin;
        return this;
    }

    /**
     * Sets where Slurm's commands are, for sites that put them on the PATH of login shells only.
     *
     * @param directory an absolute path, such as {@code /opt/slurm/bin}
     * @return this
     * @throws IllegalArgumentException if it isn't absolute, or has a colon or control characters
     */
    public SlurmClientBuilder commandDirectory(String directory) {
        if (!directory.startsWith("/")
                || directory.indexOf(':') >= 0
                || directory.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the directory of Slurm's commands must be an absolute path without ':', but was '" + directory
                            + "'");
        }
        this.commandDirectory = Optional.of(directory);
        return this;
    }

    /**
     * Returns the client. Does no I/O.
     *
     * @return the client
     */
    public SlurmClient build() {
        return new RemoteSlurmClient(host, commandDirectory, new Timing(patience, recordsArriveWithin));
    }
}
