package io.github.slurmray.testkit.internal.slurm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Slurm's controller: what it knows, and where it is changed. Time goes on only when it is told so. For one thread at a
 * time.
 */
final class Controller {
    private final SiteConf conf;
    private final Database database;
    private final TreeMap<Long, Job> jobs = new TreeMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Instant begin;
    private final JobLife life;
    private final NodeLife nodeLife;
    private final Queue queue;
    private final Clockwork clockwork;
    private List<Effect> effects = new ArrayList<>();
    private long nextId;
    private Instant now;

    Controller(SiteConf conf, Database database, Instant now) {
        this.conf = conf;
        this.database = database;
        this.begin = now;
        this.now = now;
        this.nextId = conf.firstJobId();
        conf.nodes().values().forEach(n -> nodes.put(n.name(), new Node(n)));
        this.life = new JobLife(this);
        this.nodeLife = new NodeLife(this, life);
        this.queue = new Queue(this, life);
        this.clockwork = new Clockwork(this);
    }

    JobLife life() {
        return life;
    }

    NodeLife nodeLife() {
        return nodeLife;
    }

    Queue queue() {
        return queue;
    }

    Clockwork clockwork() {
        return clockwork;
    }

    SiteConf conf() {
        return conf;
    }

    /** When this site was started. */
    Instant begin() {
        return begin;
    }

    Instant now() {
        return now;
    }

    /** Sets the clock, which never goes back. */
    void now(Instant time) {
        now = time.isAfter(now) ? time : now;
    }

    Collection<Job> jobs() {
        return Collections.unmodifiableCollection(jobs.values());
    }

    Map<String, Node> nodes() {
        return nodes;
    }

    Collection<PartitionConf> partitions() {
        return conf.partitions();
    }

    Optional<Job> job(long id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** The job with this id, or all jobs of the array with this id. */
    List<Job> jobsOf(long id) {
        return jobs.values().stream().filter(j -> j.id == id || j.arrayId == id).toList();
    }

    /** Whether there is such a user: the one who logs in, root, and whoever has jobs. */
    boolean knowsUser(String name) {
        return name.equals(conf.users().user())
                || name.equals("root")
                || jobs.values().stream().anyMatch(j -> j.request.user.equals(name));
    }

    /** An id that no job has had. */
    long newId() {
        return nextId++;
    }

    void add(Job j) {
        jobs.put(j.id, j);
    }

    void forget(Job j) {
        jobs.remove(j.id);
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    /** Hands over what is to be done, once. */
    List<Effect> takeEffects() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    /** Tells the database how a job is. */
    void record(Job j) {
        if (j.state == JobState.PENDING && j.hasWaitingTasks()) {
            j.recordedTasks = j.printedTasks();
        }
        record(j, j.state);
    }

    /** Tells the database that a job is in a state that it doesn't show. */
    void record(Job j, JobState state) {
        database.send(JobRecord.of(j, state), now);
    }
}
