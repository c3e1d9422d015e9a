package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.testkit.internal.slurm.Invocation;
import io.github.slurmray.testkit.internal.slurm.Reply;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets the model live: gives it the time, does what it wants, and lets one thread in after the other. */
public final class Engine implements AutoCloseable, Machine.Listener {
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private final SlurmModel model;
    private final Machine machine;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(r -> Machine.daemon(r, "slurmray-embedded-timer"));
    private Duration ahead = Duration.ZERO;
    private @Nullable ScheduledFuture<?> next;
    private boolean closed;

    Engine(SlurmModel model, String id, Place place) {
        this.model = model;
        this.machine = new Machine(id, place, this);
    }

    Machine machine() {
        return machine;
    }

    private Instant time() {
        return Clock.systemUTC().instant().plus(ahead);
    }

    /** Looks at the model, or changes it. */
    public synchronized <T> T ask(Function<SlurmModel, T> question) {
        if (closed) {
            throw new IllegalStateException("the emulated Slurm is closed");
        }
        model.advanceTo(time());
        try {
            return question.apply(model);
        } finally {
            perform();
        }
    }

    /** Changes the model. */
    public void change(Consumer<SlurmModel> change) {
        ask(m -> {
            change.accept(m);
            return m;
        });
    }

    Reply run(Invocation call) {
        return ask(m -> m.run(call));
    }

    /**
     * Moves the clock forward; what falls due on the way happens in order.
     *
     * @throws IllegalArgumentException if it would go beyond the last time that Slurm's texts have a form for
     */
    public synchronized void advance(Duration by) {
        if (by.compareTo(Duration.between(time(), LAST)) > 0) {
            throw new IllegalArgumentException("the emulated clock goes to the year 9999, but was told to go by " + by);
        }
        ahead = ahead.plus(by);
        change(m -> {});
    }

    /** Returns the time as the model has it. */
    public synchronized Instant now() {
        return time();
    }

    private void perform() {
        machine.perform(model.takeEffects());
        notifyAll();
        if (next != null) {
            next.cancel(false);
        }
        next = model.nextDue()
                .map(due -> timer.schedule(
                        this::passTime,
                        Math.max(1, Duration.between(time(), due).toMillis() + 1),
                        TimeUnit.MILLISECONDS))
                .orElse(null);
    }

    private void passTime() {
        report(m -> {});
    }

    /** Blocks until a job is over, and returns its exit status. */
    synchronized int await(long job) throws InterruptedException {
        for (OptionalInt status = model.exitStatus(job); true; status = model.exitStatus(job)) {
            if (status.isPresent()) {
                return status.getAsInt();
            }
            if (closed) {
                return 1;
            }
            wait();
        }
    }

    private synchronized void report(Consumer<SlurmModel> event) {
        // what happens after the close, nobody asks about any more
        if (!closed) {
            change(event);
        }
    }

    @Override
    public void batchEnded(long job, int run, int status, int signal, Duration cpuTime) {
        report(m -> m.batchEnded(job, run, status, signal, cpuTime));
    }

    @Override
    public void launchFailed(long job, int run) {
        report(m -> m.launchFailed(job, run));
    }

    @Override
    public void gone(long job, int run) {
        report(m -> m.gone(job, run));
    }

    void stepEnded(Reply.RunStep step, int status, Duration cpuTime) {
        int signal = status > 128 ? status - 128 : 0;
        report(m -> m.stepEnded(step.job(), step.run(), step.step(), signal == 0 ? status : 0, signal, cpuTime));
    }

    @Override
    public synchronized void close() {
        closed = true;
        Optional.ofNullable(next).ifPresent(n -> n.cancel(false));
        timer.shutdownNow();
        machine.close();
        notifyAll();
    }
}
