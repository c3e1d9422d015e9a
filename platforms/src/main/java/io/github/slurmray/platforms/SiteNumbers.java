package io.github.slurmray.platforms;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.Shell;
import io.github.slurmray.slurm.JobId;
import java.util.Objects;
import java.util.Optional;

/**
 * What the site's own commands on one of its login nodes say: what is stored where, what a job used, what is left of a
 * budget. Which commands a site has is a fact of it ({@link Platform#commands}).
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
public final class SiteNumbers {
    private final Host host;
    private final Platform site;

    private SiteNumbers(Host host, Platform site) {
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
    public static SiteNumbers on(Host host, Platform site) {
        return new SiteNumbers(Objects.requireNonNull(host, "host"), Objects.requireNonNull(site, "site"));
    }

    /**
     * Asks for the user's storage areas. {@link Platform#advise} says what is good to know of them.
     *
     * @return by {@code csc-workspaces} or {@code lumi-workspaces}
     */
    public Workspaces workspaces() {
        return Workspaces.parse(run("workspaces", site.commands().workspaces(), ""));
    }

    /**
     * Asks how well a job used what it had, and what it was billed. Of use once the job has ended
     * ({@link Seff#isPreliminary}).
     *
     * @param job the job
     * @return by {@code seff}
     */
    public Seff efficiency(JobId job) {
        return Seff.parse(run("efficiency", site.commands().efficiency(), " " + job.value()));
    }

    /**
     * Asks for the user's projects and what is left of their billing units. The site collects the numbers now and then
     * ({@link CscProjects#updated}): those of two calls can't be subtracted to get a job's bill.
     *
     * @return by {@code csc-projects}
     */
    public CscProjects projects() {
        return CscProjects.parse(run("projects", site.commands().projects(), ""));
    }

    /**
     * Asks what is granted to the user's projects, and what of it is used. The numbers come from a cache
     * ({@link LumiAllocations#updated}): those of two calls can't be subtracted to get a job's bill.
     *
     * @return by {@code lumi-allocations}
     */
    public LumiAllocations allocations() {
        return LumiAllocations.parse(run("allocations", site.commands().allocations(), ""));
    }

    private String run(String what, Optional<String> command, String arguments) {
        String words = command.orElseThrow(() -> new IllegalStateException(site + " isn't known to have a command for "
                        + what + "; if it has one, say so at /commands/" + what
                        + " in a file of your own that extends this site, and read it by Platforms.load(path)"))
                + arguments;
        // what the login shell's start-up files print comes before the mark
        String mark = "=" + Secret.random(16).reveal() + "=";
        String text = "printf '%s\\n' " + mark + "; exec " + words;
        String printed = host.run(
                        Command.shell("exec bash -lc " + Shell.quote(text)).describedAs(words))
                .orThrow()
                .stdout();
        int start = printed.indexOf(mark + "\n");
        if (start < 0) {
            throw new ProtocolException(
                    host.name() + ": a login shell didn't come to run '" + words + "', and printed: " + printed, null);
        }
        return printed.substring(start + mark.length() + 1);
    }
}
