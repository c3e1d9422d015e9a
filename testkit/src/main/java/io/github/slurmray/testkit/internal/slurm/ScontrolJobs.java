package io.github.slurmray.testkit.internal.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What scontrol does to jobs: hold, release, requeue, suspend. */
final class ScontrolJobs {
    static final String FINISHED = "Job has already finished";
    private static final String DENIED = "Access/permission denied";

    private final Controller controller;

    ScontrolJobs(Controller controller) {
        this.controller = controller;
    }

    /** Something done to a job; the answer is what stands in its way. */
    interface Change {
        Optional<String> to(Job j);
    }

    /** A change that is made to one job after the other, with a complaint for each that it can't be made to. */
    private List<String> each(List<String> words, String unknown, String foreign, Change change) {
        List<String> complaints = new ArrayList<>();
        for (String word : String.join(",", words).split(",", -1)) {
            String id = word.replaceFirst("^(?i)jobid=", "");
            jobs(id).ifPresentOrElse(
                            jobs -> jobs.stream()
                                    .flatMap(j -> foreign(j, foreign).or(() -> change.to(j)).stream())
                                    .findFirst()
                                    .ifPresent(e -> complaints.add(e + " for job " + id)),
                            () -> complaints.add((JobIds.of(id).isPresent() ? unknown : SlurmTexts.INVALID_JOB_ID)
                                    + " for job " + id));
        }
        return complaints;
    }

    /** The jobs with an id; empty if there are none. */
    private Optional<List<Job>> jobs(String id) {
        Optional<JobIds> asked = JobIds.of(id);
        List<Job> jobs = controller.jobs().stream()
                .filter(j -> asked.filter(i -> i.matches(j)).isPresent())
                .toList();
        return jobs.isEmpty() ? Optional.empty() : Optional.of(jobs);
    }

    private Optional<String> foreign(Job j, String complaint) {
        return j.request.user.equals(controller.conf().users().user()) ? Optional.empty() : Optional.of(complaint);
    }

    private static Reply answer(List<String> complaints) {
        return complaints.isEmpty()
                ? Reply.Answer.ok("")
                : Reply.Answer.failed(String.join("\n", complaints) + "\n", 1);
    }

    Reply hold(List<String> words, Job.Held by) {
        Optional<String> name = name(words.get(0));
        if (name.isPresent()) {
            controller.jobs().stream()
                    .filter(j -> j.name.equals(name.get()) && foreign(j, DENIED).isEmpty())
                    .toList()
                    .forEach(j -> hold(j, by));
            return Reply.Answer.ok("");
        }
        separateTasks(words);
        List<String> complaints =
                new ArrayList<>(each(words, SlurmTexts.INVALID_JOB_ID, "Invalid user id", j -> hold(j, by)));
        if (!complaints.isEmpty()) {
            String last = complaints.get(complaints.size() - 1);
            complaints.add("slurm_suspend error: " + last.substring(0, last.lastIndexOf(" for job ")));
        }
        return answer(complaints);
    }

    /** A task of an array that is held or released becomes a job of its own. */
    private void separateTasks(List<String> words) {
        for (String word : String.join(",", words).split(",", -1)) {
            JobIds.of(word)
                    .flatMap(JobIds::task)
                    .ifPresent(task -> jobs(word).orElse(List.of()).forEach(j -> {
                        if (foreign(j, DENIED).isEmpty() && j.waitingTasks.contains(task)) {
                            controller.queue().single(j, task);
                        }
                    }));
        }
    }

    private static Optional<String> name(String word) {
        String name = word.replaceFirst("^(?i)(job)?name=", "");
        return name.equals(word) ? Optional.empty() : Optional.of(name);
    }

    private Optional<String> hold(Job j, Job.Held by) {
        if (j.state.isOver()) {
            return Optional.of(FINISHED);
        }
        if (j.state == JobState.PENDING) {
            controller.queue().hold(j, by);
        } else if (j.state == JobState.SUSPENDED) {
            // it has no priority until it goes on
            return by == Job.Held.NO ? Optional.of(DENIED) : Optional.empty();
        } else {
            // it goes on, and only says that it would be held
            j.reason = by == Job.Held.NO ? "None" : "JobHeldUser";
        }
        return Optional.empty();
    }

    Reply requeue(List<String> words, boolean hold) {
        return answer(each(words, SlurmTexts.INVALID_JOB_ID, DENIED, j -> requeue(j, hold)));
    }

    private Optional<String> requeue(Job j, boolean hold) {
        if (j.state == JobState.PENDING) {
            return Optional.of("Job is pending execution");
        }
        if (!j.requeue) {
            return Optional.of("Requested operation is presently disabled");
        }
        controller.life().requeue(j, hold);
        return Optional.empty();
    }

    /** Only an administrator may. */
    Reply suspend(List<String> words) {
        return answer(each(words, "Unexpected message received", DENIED, j -> Optional.of(DENIED)));
    }
}
