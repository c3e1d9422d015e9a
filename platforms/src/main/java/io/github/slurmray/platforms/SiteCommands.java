package io.github.slurmray.platforms;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Shell;
import io.github.slurmray.slurm.JobId;
import java.util.Objects;

/**
 * The site's own commands on one of its login nodes: what is stored where, what a job used, what is left of a budget.
 * Which commands a site has is a fact of it ({@link Platform#commands}).
 *
 * <p>Each call runs one command in a login shell, as the sites put these commands on its path, and blocks until its
 * end, for a minute at most. Nothing is kept between calls. Safe for use by many threads; closing the host stays with
 * whoever opened it. Each method throws, beside what {@link Host#run} throws,
 *
 * <ul>
 *   <li>{@link IllegalStateException} if the site isn't known to have such a command, with the fact's place in its file
 *   <li>{@link CommandFailedException} if the command failed or isn't there, with its words
 *   <li>{@link CommandTimeoutException} if it took longer than a minute
 *   <li>{@link ProtocolException} if what it printed isn't such a list
 * </ul>
 */
public final class SiteCommands {
    private final Host host;
    private final Platform site;

    private SiteCommands(Host host, Platform site) {
        this.host = host;
        this.site = site;
    }

    /**
     * Returns the site's commands on a host. Runs nothing yet.
     *
     * @param host a login node of the site
     * @param site the site
     * @return its commands there
     */
    public static SiteCommands on(Host host, Platform site) {
        return new SiteCommands(Objects.requireNonNull(host, "host"), Objects.requireNonNull(site, "site"));
    }

    /**
     * Asks for the user's storage areas. {@link Platform#advise} says what is good to know of them.
     *
     * @return by {@code csc-workspaces} or {@code lumi-workspaces}
     */
    public Workspaces workspaces() {
        return Workspaces.parse(run("workspaces", ""));
    }

    /**
     * Asks how well a job used what it had, and what it was billed. Of use once the job has ended
     * ({@link Seff#isPreliminary}).
     *
     * @param job the job
     * @return by {@code seff}
     */
    public Seff efficiency(JobId job) {
        return Seff.parse(run("efficiency", " " + job.value()));
    }

    /**
     * Asks for the user's projects and what is left of their billing units. The site collects the numbers now and then
     * ({@link CscProjects#updated}): those of two calls can't be subtracted to get a job's bill.
     *
     * @return by {@code csc-projects}
     */
    public CscProjects projects() {
        return CscProjects.parse(run("projects", ""));
    }

    /**
     * Asks what is granted to the user's projects, and what of it is used. The numbers come from a cache
     * ({@link LumiAllocations#updated}): those of two calls can't be subtracted to get a job's bill.
     *
     * @return by {@code lumi-allocations}
     */
    public LumiAllocations allocations() {
        return LumiAllocations.parse(run("allocations", ""));
    }

    private String run(String what, String arguments) {
        String command = site.commands().get(what);
        if (command == null) {
            throw new IllegalStateException(site + " isn't known to have a command for " + what + "; if it has one, say"
                    + " so at /commands/" + what + " in a file of your own that extends this site, and read it by"
                    + " Platforms.load(path)");
        }
        String words = command + arguments;
        return host.run(Command.shell("exec bash -lc " + Shell.quote(words)).describedAs(words))
                .orThrow()
                .stdout();
    }
}
