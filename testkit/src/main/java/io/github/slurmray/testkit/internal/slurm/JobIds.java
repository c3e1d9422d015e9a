package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A job, an array's task, or a step, as a command line names it: {@code 13}, {@code 13_2}, {@code 13.batch}.
 *
 * @param job the id
 * @param task the task of an array
 * @param step the step
 */
record JobIds(long job, Optional<Integer> task, Optional<String> step) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,10})(?:_(\\d{1,7}|\\*|\\[[^]]*]))?(?:\\.(\\w+))?");
    private static final Pattern TASKS = Pattern.compile("(\\d{1,10})_\\[([\\d,-]+)]");

    /** Reads a list; what has another form is left out. */
    static List<JobIds> parse(String list) {
        List<JobIds> ids = new ArrayList<>();
        for (String item : list.split(",", -1)) {
            of(item).ifPresent(ids::add);
        }
        return ids;
    }

    /** The words of a list, with {@code 13_[1-3,7]} as four words. */
    static List<String> split(String list) {
        List<String> words = new ArrayList<>();
        for (String item : list.split(",(?![^\\[]*])", -1)) {
            Matcher m = TASKS.matcher(item);
            if (m.matches()) {
                HostList.expand("[" + m.group(2) + "]").forEach(task -> words.add(m.group(1) + "_" + task));
            } else {
                words.add(item);
            }
        }
        return words;
    }

    static Optional<JobIds> of(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            return Optional.empty();
        }
        Optional<Integer> task =
                Optional.ofNullable(m.group(2)).filter(t -> t.matches("\\d+")).map(Integer::valueOf);
        return Optional.of(new JobIds(Long.parseLong(m.group(1)), task, Optional.ofNullable(m.group(3))));
    }

    boolean matches(Job j) {
        boolean idFits = j.arrayId == job || j.id == job;
        return idFits && (task.isEmpty() || j.isTask(task.get()) || j.waitingTasks.contains(task.get()));
    }

    /** Whether a task of an array that has not become a job is meant. */
    boolean matches(Job array, int waitingTask) {
        return (array.arrayId == job || array.id == job) && task.orElse(waitingTask) == waitingTask;
    }

    boolean matches(JobRecord r) {
        boolean idFits = r.id() == job || r.arrayId() == job;
        return idFits && (task.isEmpty() || r.printedId().equals(job + "_" + task.get()));
    }
}
