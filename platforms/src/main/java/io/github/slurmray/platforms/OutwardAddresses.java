package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The addresses that a site's connections to the outside come from, as far as they are known: an empty list means that
 * they aren't, and nothing fills it in.
 *
 * @param site the site's name, without control characters
 * @param all every address of the site
 * @param compute those of compute nodes, mostly of a NAT
 * @param login those of login nodes
 * @param web those of the web interface
 */
public record OutwardAddresses(String site, List<Cidr> all, List<Cidr> compute, List<Cidr> login, List<Cidr> web) {
    /** Which of a site's machines somebody means. */
    public enum Part {
        /** All of them. */
        ALL("all"),
        /** Compute nodes: enough for what jobs themselves open, such as reverse tunnels. */
        COMPUTE("compute");

        private final String key;

        Part(String key) {
            this.key = key;
        }

        /** Where a site file has the addresses. */
        String pointer() {
            return "/outward/" + key;
        }
    }

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the name is blank or holds control characters
     */
    public OutwardAddresses {
        Objects.requireNonNull(site, "site");
        if (site.isBlank() || site.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a site's name must be one line of text, but was '" + site + "'");
        }
        all = List.copyOf(all);
        compute = List.copyOf(compute);
        login = List.copyOf(login);
        web = List.copyOf(web);
    }

    /**
     * Returns the smallest list of networks with the addresses of a part: of {@link Part#ALL}, those of every list,
     * since a site may write the IPv6 networks of its login nodes beside an IPv4 network for all.
     *
     * @param part which machines
     * @return in order; empty if the addresses of that part aren't known
     */
    public List<Cidr> of(Part part) {
        if (part == Part.COMPUTE) {
            return Cidr.covering(compute);
        }
        if (all.isEmpty()) {
            return List.of();
        }
        List<Cidr> every = new ArrayList<>(all);
        every.addAll(compute);
        every.addAll(login);
        every.addAll(web);
        return Cidr.covering(every);
    }
}
