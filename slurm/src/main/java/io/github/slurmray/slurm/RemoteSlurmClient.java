package io.github.slurmray.slurm;

import io.github.slurmray.core.Host;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Talks to Slurm through its commands on a host. */
final class RemoteSlurmClient implements SlurmClient {
    RemoteSlurmClient(Host host, Duration patience, Optional<String> commandDirectory) {}

    @Override
    public JobId submit(SbatchScript script, SubmissionToken token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forget(SubmissionToken token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public JobState status(JobId job) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<JobId, JobState> statuses(Collection<JobId> jobs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancel(JobId job) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Accounting accounting(JobId job) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SlurmVersion version() {
        throw new UnsupportedOperationException();
    }
}
