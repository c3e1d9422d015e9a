package io.github.slurmray.platforms;

import java.time.Duration;
import java.util.Optional;

/** What is known of the Slurm of a site. Immutable; what isn't known is empty. */
public final class SiteSlurm {
    private final Optional<String> cluster;
    private final Optional<String> version;
    private final Optional<Boolean> accounting;
    private final Optional<Boolean> accountRequired;
    private final Optional<Duration> remembers;
    private final Optional<Boolean> requeues;
    private final Optional<String> shebang;
    private final Optional<String> selectType;
    private final Optional<String> note;

    SiteSlurm(Section s) {
        this.cluster = s.matching("cluster", "a name of letters, digits, - and _", "[A-Za-z0-9_-]+");
        this.version = s.text("version");
        this.accounting = s.flag("accounting");
        this.accountRequired = s.flag("accountRequired");
        this.remembers = s.duration("remembers");
        this.requeues = s.flag("requeues");
        this.shebang = s.matching("shebang", "a line that starts with #!/", "#!/[^\\p{Cntrl}]*");
        this.selectType = s.matching("selectType", "a plugin such as select/cons_tres", "select/\\w+");
        this.note = s.text("note");
    }

    /**
     * Returns its {@code ClusterName}.
     *
     * @return such as {@code puhti}
     */
    public Optional<String> cluster() {
        return cluster;
    }

    /**
     * Returns its version.
     *
     * @return such as {@code 23.11.7}
     */
    public Optional<String> version() {
        return version;
    }

    /**
     * Tells whether {@code sacct} works.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> accounting() {
        return accounting;
    }

    /**
     * Tells whether a job must name an account.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> accountRequired() {
        return accountRequired;
    }

    /**
     * Returns how long the controller knows an ended job ({@code MinJobAge}).
     *
     * @return empty if it isn't known; Slurm's default is five minutes
     */
    public Optional<Duration> remembers() {
        return remembers;
    }

    /**
     * Tells whether a job is requeued by default when its node fails.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> requeues() {
        return requeues;
    }

    /**
     * Returns the first line of a batch script that gives it the site's environment.
     *
     * @return such as {@code #!/bin/bash -l}; empty if {@code #!/bin/bash} will do
     */
    public Optional<String> shebang() {
        return shebang;
    }

    /**
     * Returns how it selects resources.
     *
     * @return such as {@code select/cons_tres}
     */
    public Optional<String> selectType() {
        return selectType;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }
}
