package io.github.slurmray.platforms;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a site asks of its users. Immutable; what isn't known is empty. */
public final class Policies {
    private final Optional<Duration> pollFloor;
    private final Optional<Boolean> mail;
    private final Optional<Boolean> serviceToOthers;
    private final Map<String, String> rules;
    private final Optional<String> note;

    Policies(Section s) {
        this.pollFloor = s.duration("pollFloor");
        this.mail = s.flag("mail");
        this.serviceToOthers = s.flag("serviceToOthers");
        this.rules = Collections.unmodifiableMap(rules(s));
        this.note = s.text("note");
    }

    /**
     * Returns the shortest time between two looks at the queue.
     *
     * @return empty if the site says none, and then {@link Platform#DEFAULT_POLL_FLOOR} holds
     */
    public Optional<Duration> pollFloor() {
        return pollFloor;
    }

    /**
     * Tells whether {@code --mail-type} has an effect.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> mail() {
        return mail;
    }

    /**
     * Tells whether a service on the site may be offered to others.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> serviceToOthers() {
        return serviceToOthers;
    }

    /**
     * Returns the site's rules in words.
     *
     * @return by topic, of which the shipped sites share these: {@code accountSharing}, {@code architecture},
     *     {@code arrays}, {@code containers}, {@code cpusPerGpu}, {@code debugging}, {@code drainedNodes},
     *     {@code gpuNodes}, {@code healthChecks}, {@code hyperthreads}, {@code jobsPerUser}, {@code localDisk},
     *     {@code loginNodes}, {@code memoryAsDisk}, {@code mpi}, {@code polling}, {@code smallFiles},
     *     {@code smallTasks}, {@code tunnels}, {@code underuse}, {@code webSessions} and {@code wholeNodes}; a site of
     *     your own may have others
     */
    public Map<String, String> rules() {
        return rules;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }

    private static Map<String, String> rules(Section s) {
        Map<String, String> rules = new LinkedHashMap<>();
        s.each("rules", (topic, r) -> r.text("rule").orElseThrow(() -> r.bad("rule", "a text", null)))
                .forEach(rules::put);
        return rules;
    }
}
