package io.github.slurmray.platforms;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Login nodes of a site that can stand in for one another. Immutable; what isn't known is empty. */
public final class LoginGroup {
    private final String name;
    private final Optional<String> host;
    private final List<String> nodes;
    private final Map<String, String> addresses;
    private final Optional<Architecture> architecture;
    private final Optional<String> note;

    LoginGroup(String name, Section s) {
        this.name = name;
        this.host = s.text("host");
        this.nodes = s.texts("nodes");
        this.addresses = s.textsByKey("addresses");
        this.architecture = s.constant("architecture", Architecture.class);
        this.note = s.text("note");
    }

    /**
     * Returns its name.
     *
     * @return the key in the site file, such as {@code gpu}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the host name that leads to any of them.
     *
     * @return such as {@code roihu-gpu.csc.fi}
     */
    public Optional<String> host() {
        return host;
    }

    /**
     * Returns the names of the single login nodes.
     *
     * @return empty if they aren't known
     */
    public List<String> nodes() {
        return nodes;
    }

    /**
     * Returns the addresses of the login nodes.
     *
     * @return by their names; empty if they aren't known
     */
    public Map<String, String> addresses() {
        return addresses;
    }

    /**
     * Returns their architecture.
     *
     * @return empty if it isn't known
     */
    public Optional<Architecture> architecture() {
        return architecture;
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
