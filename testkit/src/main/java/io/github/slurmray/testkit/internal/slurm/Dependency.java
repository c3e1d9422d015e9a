package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One thing that a job waits for. */
final class Dependency {
    private static final Pattern TARGET = Pattern.compile("(\\d{1,9})(?:_(\\d{1,7}|\\*))?(?:\\+(\\d{1,6}))?");

    final Type type;
    final long job;
    final Optional<Integer> task;
    final Duration delay;

    /** Whether one of the dependencies is enough. */
    final boolean any;

    State state = State.UNFULFILLED;

    enum Type {
        AFTER,
        AFTERANY,
        AFTEROK,
        AFTERNOTOK,
        SINGLETON
    }

    enum State {
        UNFULFILLED,
        FULFILLED,
        FAILED
    }

    private Dependency(Type type, long job, Optional<Integer> task, Duration delay, boolean any) {
        this.type = type;
        this.job = job;
        this.task = task;
        this.delay = delay;
        this.any = any;
    }

    /**
     * Reads {@code afterok:1:2,singleton}; a mere id is an {@code afterany}.
     *
     * @return empty if it has another form
     */
    static Optional<List<Dependency>> parse(String text) {
        List<Dependency> found = new ArrayList<>();
        if (text.matches("\\d{1,9}")) {
            return parse("afterany:" + text);
        }
        boolean any = text.contains("?");
        for (String item : text.isEmpty() ? new String[0] : text.split("[,?]", -1)) {
            String[] words = item.split(":", -1);
            if (words[0].equals("aftercorr") || words[0].equals("afterburstbuffer") || words[0].equals("expand")) {
                throw new Unsupported("sbatch --dependency=" + words[0]);
            }
            Optional<Type> type = java.util.Arrays.stream(Type.values())
                    .filter(t -> t.name().equalsIgnoreCase(words[0]))
                    .findFirst();
            boolean singleton = type.equals(Optional.of(Type.SINGLETON));
            if (type.isEmpty() || singleton != (words.length == 1)) {
                return Optional.empty();
            }
            if (singleton) {
                found.add(new Dependency(Type.SINGLETON, 0, Optional.empty(), Duration.ZERO, any));
            }
            for (int i = 1; i < words.length; i++) {
                Matcher m = TARGET.matcher(words[i]);
                if (!m.matches()) {
                    return Optional.empty();
                }
                Optional<Integer> task = Optional.ofNullable(m.group(2))
                        .filter(t -> !t.equals("*"))
                        .map(Integer::valueOf);
                Duration delay = Duration.ofMinutes(m.group(3) == null ? 0 : Long.parseLong(m.group(3)));
                found.add(new Dependency(type.get(), Long.parseLong(m.group(1)), task, delay, any));
            }
        }
        return Optional.of(found);
    }

    /** Looks whether it is fulfilled, or can't be any more. What has been decided stays so. */
    void look(Job waiting, Iterable<Job> jobs, Instant now) {
        if (state != State.UNFULFILLED) {
            return;
        }
        if (type == Type.SINGLETON) {
            boolean other = false;
            for (Job j : jobs) {
                other |= j.id < waiting.id
                        && !j.isOver()
                        && j.name.equals(waiting.name)
                        && j.request.user.equals(waiting.request.user);
            }
            state = other ? State.UNFULFILLED : State.FULFILLED;
            return;
        }
        boolean known = false;
        boolean allOver = true;
        boolean allOk = true;
        boolean allStarted = true;
        for (Job j : jobs) {
            if (!isOf(j)) {
                continue;
            }
            known = true;
            allOver &= j.isOver() && !j.hasWaitingTasks();
            allOk &= j.state == JobState.COMPLETED;
            allStarted &= j.start.filter(s -> !s.plus(delay).isAfter(now)).isPresent() || j.state.isOver();
        }
        if (!known) {
            // forgotten since: what it would have decided has been seen before that, or it never was
            state = State.FULFILLED;
        } else if (type == Type.AFTER) {
            state = allStarted ? State.FULFILLED : State.UNFULFILLED;
        } else if (allOver) {
            boolean fits = type == Type.AFTERANY || (type == Type.AFTEROK) == allOk;
            state = fits ? State.FULFILLED : State.FAILED;
        }
    }

    boolean isOf(Job j) {
        boolean idFits = j.id == job || j.arrayId == job;
        return idFits && (task.isEmpty() || j.isTask(task.get()));
    }

    @Override
    public String toString() {
        String word = type.name().toLowerCase(java.util.Locale.ROOT);
        String target =
                type == Type.SINGLETON ? "" : ":" + job + task.map(t -> "_" + t).orElse("");
        return word + target + "(" + state.name().toLowerCase(java.util.Locale.ROOT) + ")";
    }
}
