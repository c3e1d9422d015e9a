package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The site: what slurm.conf says, who may charge which account, and which release speaks.
 *
 * @param release whose words are spoken
 * @param zones gives the zone in which times are printed; asked for it when one is
 * @param settings the lines of slurm.conf other than those of nodes and partitions, by lower-case name
 * @param nodes by name, in slurm.conf's order
 * @param partitions in slurm.conf's order
 * @param users who there is
 * @param limits how many jobs a user may have
 */
record SiteConf(
        SlurmRelease release,
        Supplier<ZoneId> zones,
        Map<String, String> settings,
        Map<String, NodeConf> nodes,
        List<PartitionConf> partitions,
        Users users,
        Limits limits) {
    SiteConf {
        settings = Map.copyOf(settings);
        nodes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        partitions = List.copyOf(partitions);
    }

    /**
     * The users and what they may charge.
     *
     * @param user the name of the one who logs in
     * @param uid the number of that user
     * @param accounts what that user may charge, the default one first; with none, nothing is checked
     * @param qos what may be asked for, the default first
     */
    record Users(String user, long uid, List<String> accounts, List<String> qos) {}

    /**
     * Limits of the user's association.
     *
     * @param running MaxJobs
     * @param submitted MaxSubmitJobs
     */
    record Limits(OptionalInt running, OptionalInt submitted) {}

    ZoneId zone() {
        return zones.get();
    }

    String setting(String name, String otherwise) {
        return settings.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), otherwise);
    }

    private Duration seconds(String name, long otherwise) {
        String value = setting(name, Long.toString(otherwise));
        return value.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ofSeconds(otherwise);
    }

    String clusterName() {
        return setting("ClusterName", "cluster");
    }

    /** The controller's host, without an address. */
    String controller() {
        return setting("SlurmctldHost", "ctl").replaceAll("\\(.*", "");
    }

    String databaseHost() {
        return setting("AccountingStorageHost", controller());
    }

    long firstJobId() {
        String value = setting("FirstJobId", "1");
        return value.matches("\\d{1,8}") ? Long.parseLong(value) : 1;
    }

    Duration killWait() {
        return seconds("KillWait", 30);
    }

    Duration minJobAge() {
        return seconds("MinJobAge", 300);
    }

    Duration slurmdTimeout() {
        return seconds("SlurmdTimeout", 300);
    }

    /**
     * How long after its start a job is taken for missing when its node comes without its batch script:
     * BatchStartTimeout, and MessageTimeout up to its default.
     */
    Duration missingAfter() {
        Duration message = seconds("MessageTimeout", 10);
        Duration most = Duration.ofSeconds(10);
        return seconds("BatchStartTimeout", 10).plus(message.compareTo(most) < 0 ? message : most);
    }

    /** After how long the controller asks a node again what runs there: with every twentieth ping. */
    Duration registrationInterval() {
        long timeout = slurmdTimeout().toSeconds();
        // without a timeout nodes are pinged all the same
        long ping = timeout == 0 ? 100 : Math.max(1, timeout / 3);
        return Duration.ofSeconds(20 * ping);
    }

    int maxArraySize() {
        return (int) seconds("MaxArraySize", 1001).toSeconds();
    }

    /** Whether a job over a partition's limits is refused, or accepted and left pending. */
    boolean enforcesLimits() {
        return !setting("EnforcePartLimits", "NO").equalsIgnoreCase("NO");
    }

    /** How long a requeued job waits, so that the credentials of its former run have expired. */
    Duration requeueDelay() {
        String info = setting("AuthInfo", "");
        java.util.regex.Matcher m =
                java.util.regex.Pattern.compile("cred_expire=(\\d{1,6})").matcher(info);
        return Duration.ofSeconds((m.find() ? Long.parseLong(m.group(1)) : 120) + 1);
    }

    /** Whether the database keeps the comments of jobs. */
    boolean storesComments() {
        return setting("AccountingStoreFlags", "").contains("job_comment");
    }

    Optional<PartitionConf> partition(String name) {
        return partitions.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    Optional<PartitionConf> defaultPartition() {
        return partitions.stream().filter(PartitionConf::isDefault).findFirst();
    }
}
