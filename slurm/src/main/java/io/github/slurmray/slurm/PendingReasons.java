package io.github.slurmray.slurm;

import static io.github.slurmray.slurm.JobState.Clears.BY_ITSELF;
import static io.github.slurmray.slurm.JobState.Clears.BY_SOMEBODY;
import static io.github.slurmray.slurm.JobState.Clears.NEVER;

import io.github.slurmray.slurm.JobState.Clears;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What Slurm's reasons for waiting mean (Slurm's src/common/job_state_reason.c), and who can clear them: a pure
 * function.
 *
 * <p>A reason that isn't listed, as of a later version, is taken for one that clears by itself: that is true of most,
 * and the mistake costs waiting, while the other mistake would cost a job.
 */
final class PendingReasons {
    /** What a reason means. */
    record Meaning(Clears clears, String explanation) {}

    private record Family(Pattern reasons, Meaning meaning) {}

    private static final Map<String, Meaning> EXACT = new HashMap<>();
    private static final List<Family> FAMILIES = List.of(
            family(
                    "(Assoc|QOS)Grp.*(RunMinutes|RunMins)(Limit)?|Max.*RunMins(PerAccount|PerUser)",
                    BY_ITSELF,
                    "The account's, QOS' or user's running jobs have been promised too much run time together; this"
                            + " clears as they go on and end."),
            family(
                    "(Assoc|QOS)Grp.*(Minutes|WallLimit)(Limit)?",
                    BY_SOMEBODY,
                    "The account's or QOS' budget is used up; apply for more, or wait until the site resets or decays"
                            + " the usage."),
            family(
                    "(Assoc|QOS)Grp.*",
                    BY_ITSELF,
                    "The running jobs of the account or QOS use all that it may use at once; this clears as they end,"
                            + " unless this job alone asks for more than the limit."),
            family(
                    "(Assoc|QOS)Max.*(PerJob|PerNode|PerJobLimit)",
                    NEVER,
                    "The job asks for more than the account's association or the QOS allows one job; cancel it and ask"
                            + " for less."),
            family(
                    "QOSMin.*",
                    NEVER,
                    "The job asks for less than the QOS demands of each job; cancel it and ask for more, or use another"
                            + " QOS."),
            family(
                    "QOSMax.*(PerUser|PerUserLimit)|AssocMaxJobsLimit|AssocMaxSubmitJobLimit|Max.*PerAccount",
                    BY_ITSELF,
                    "The user or account has as many jobs or resources at once as the limit allows; this clears as"
                            + " running jobs end, unless this job alone asks for more."),
            family(
                    "BurstBuffer.*",
                    BY_ITSELF,
                    "The burst buffer is being set up, or waits for room; this clears by itself."),
            family(
                    "ReqNodeNotAvail.*maintenance.*",
                    BY_ITSELF,
                    "The nodes are reserved for maintenance before the job could end; it starts afterwards, or sooner"
                            + " with a shorter time limit."),
            family(
                    "ReqNodeNotAvail.*",
                    BY_SOMEBODY,
                    "Nodes that the job needs are down, drained or reserved; it waits until they are back. 'sinfo -R'"
                            + " says why they are away."),
            family(
                    "Nodes required for job are DOWN.*",
                    BY_SOMEBODY,
                    "Nodes that the job needs are down, drained or reserved for partitions with a higher priority; it"
                            + " waits until they are back. 'sinfo -R' says why they are away."));

    static {
        put(BY_ITSELF, "Slurm has not yet looked at the job, or says no reason; ask again.", "None");
        put(BY_ITSELF, "Jobs of higher priority are ahead in the queue.", "Priority");
        put(BY_ITSELF, "The job is at the head of the queue and waits for nodes to become free.", "Resources");
        put(BY_ITSELF, "The job waits for the jobs that it depends on.", "Dependency");
        put(
                NEVER,
                "A job that this one depends on has ended in the wrong way or can't be found; cancel this job.",
                "DependencyNeverSatisfied");
        put(
                BY_ITSELF,
                "The job's earliest start is not reached; Slurm sets one by itself after a requeue.",
                "BeginTime");
        put(BY_ITSELF, "Not enough licenses are free.", "Licenses");
        put(BY_ITSELF, "As many tasks of the array run as its limit (%n) allows.", "JobArrayTaskLimit");
        put(BY_ITSELF, "The job's reservation has not begun, or is in use.", "Reservation");
        put(BY_ITSELF, "The job's last run is still being cleaned up.", "Cleaning");
        put(BY_ITSELF, "The nodes are being prepared for the job.", "Prolog", "NvidiaImexChannels");
        put(BY_ITSELF, "The scheduler has put the job off to look at others first.", "SchedDefer");
        put(BY_ITSELF, "Another cluster of the federation considers the job.", "FedJobLock");
        put(BY_ITSELF, "As many cloud nodes are powered up as the site allows.", "MaxPoweredUpNodes");
        put(BY_ITSELF, "No ports for MPI are free.", "MpiPortsBusy");
        put(BY_ITSELF, "The nodes that fulfil the job's constraints are busy.", "Constraints");
        put(
                BY_ITSELF,
                "A limit of the account or QOS on jobs or resources at once is reached; this clears as running jobs end.",
                "AssociationJobLimit",
                "AssociationResourceLimit",
                "QOSJobLimit",
                "QOSResourceLimit",
                "AccountingPolicy");
        put(
                NEVER,
                "The time limit is longer than the account or QOS allows; cancel the job and ask for less.",
                "AssociationTimeLimit",
                "QOSTimeLimit");
        put(
                BY_SOMEBODY,
                "The QOS' usage is over its threshold; it waits until the usage has decayed.",
                "QOSUsageThreshold");
        put(BY_SOMEBODY, "The job is held by its user: 'scontrol release' lets it go.", "JobHeldUser");
        put(BY_SOMEBODY, "The job is held by an administrator, who alone can release it.", "JobHeldAdmin");
        put(
                BY_SOMEBODY,
                "The job was put back into the queue too often and is now held; look why it fails before releasing it.",
                "JobHoldMaxRequeue");
        put(
                BY_SOMEBODY,
                "The job was put back into the queue and is held: 'scontrol release' lets it go.",
                "job requeued in held state",
                "job_requeued_in_held_state");
        put(
                BY_SOMEBODY,
                "The job could not be launched and is held; look why before releasing it, or ask the site.",
                "JobLaunchFailure",
                "launch failed requeued held",
                "launch_failed_requeued_held");
        put(BY_SOMEBODY, "The partition is down: it takes jobs but starts none until it is opened.", "PartitionDown");
        put(BY_SOMEBODY, "The partition is inactive until it is opened.", "PartitionInactive");
        put(BY_SOMEBODY, "A node that the job needs is down.", "NodeDown");
        put(BY_SOMEBODY, "Slurm, a file system or the network failed; ask the site.", "SystemFailure");
        put(
                NEVER,
                "The job asks for more (or fewer) nodes, CPUs or memory than the partition allows or has up; cancel it"
                        + " and ask for a number within 'scontrol show partition'.",
                "PartitionNodeLimit",
                "PartitionConfig");
        put(
                NEVER,
                "The time limit is longer than the partition allows; cancel the job and ask for at most the TIMELIMIT of"
                        + " 'sinfo'.",
                "PartitionTimeLimit");
        put(NEVER, "No nodes can ever fulfil the job's constraints; cancel it and ask for others.", "BadConstraints");
        put(NEVER, "The job asks for more memory than the limit allows; cancel it and ask for less.", "MaxMemPerLimit");
        put(NEVER, "The account is not valid (any more); cancel the job and submit with another.", "InvalidAccount");
        put(
                NEVER,
                "The partition doesn't take this account; cancel the job and submit to another.",
                "AccountNotAllowed");
        put(NEVER, "The QOS is not valid (any more); cancel the job and submit with another.", "InvalidQOS");
        put(NEVER, "The account or partition doesn't take this QOS; cancel the job.", "QOSNotAllowed");
        put(
                NEVER,
                "The job's reservation no longer exists or can't be used; cancel the job, or have it moved.",
                "ReservationDeleted",
                "ReservationInvalid");
        put(NEVER, "The job can't end before its deadline any more; cancel it.", "DeadLine");
        put(
                BY_SOMEBODY,
                "The last run ended in this way and the job is held; look why before releasing it.",
                "NonZeroExitCode",
                "RaisedSignal",
                "TimeLimit",
                "InactiveLimit",
                "OutOfMemory");
    }

    private PendingReasons() {}

    /**
     * @param state Slurm's word for the state, such as PENDING or REQUEUE_HOLD
     * @param reason Slurm's reason
     */
    static Meaning of(String state, String reason) {
        Meaning meaning = of(reason);
        boolean held = state.equals("REQUEUE_HOLD") || state.equals("SPECIAL_EXIT") || state.equals("RESV_DEL_HOLD");
        if (held && meaning.clears() == BY_ITSELF) {
            return new Meaning(
                    BY_SOMEBODY,
                    "The job was put back into the queue and is held (" + state + "): 'scontrol release' lets it go.");
        }
        return meaning;
    }

    private static Meaning of(String reason) {
        Meaning exact = EXACT.get(reason);
        if (exact != null) {
            return exact;
        }
        for (Family family : FAMILIES) {
            if (family.reasons().matcher(reason).matches()) {
                return family.meaning();
            }
        }
        return new Meaning(
                BY_ITSELF, "This reason is not known here; it is taken for one that clears by itself. See squeue(1).");
    }

    private static Family family(String reasons, Clears clears, String explanation) {
        return new Family(Pattern.compile(reasons, Pattern.DOTALL), new Meaning(clears, explanation));
    }

    private static void put(Clears clears, String explanation, String... reasons) {
        for (String reason : reasons) {
            EXACT.put(reason, new Meaning(clears, explanation));
        }
    }
}
