package io.github.slurmray.ssh.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a host's name or address from what is written around one elsewhere: a scheme, a user, a port. */
public final class HostName {
    private static final Pattern ALONE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,252}");
    // eight groups, or fewer around ::
    private static final Pattern IPV6 =
            Pattern.compile("(?=[^%]*::|(?:[^:]*:){6,7}[^:]*$)[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?");
    private static final Pattern WRITTEN = Pattern.compile("(?:[A-Za-z][A-Za-z+]*://)?(?:([^@:/]+)(:[^@]*)?@)?"
            + "(?:\\[([^]]+)]|([^\\[\\]:@/]+))(?::(\\d{1,5}))?(/.*)?");

    private HostName() {}

    /**
     * Returns the host, or says how its parts are given instead.
     *
     * @param host what was given
     * @return the same
     * @throws IllegalArgumentException if it is blank, or no name or address alone
     */
    public static String alone(String host) {
        if (host.isBlank()) {
            throw new IllegalArgumentException("a host must be a name or an address, but was blank");
        }
        if (ALONE.matcher(host).matches() || IPV6.matcher(host).matches()) {
            return host;
        }
        Matcher parts = WRITTEN.matcher(host.strip());
        boolean understood = parts.matches();
        String name = !understood ? "" : parts.group(3) == null ? parts.group(4).strip() : parts.group(3);
        if (!understood || !(ALONE.matcher(name).matches() || IPV6.matcher(name).matches())) {
            throw refused(understood ? withoutPassword(host, parts) : host.replaceAll("^.*@", "…@"), "");
        }
        String call = "SshHost.builder(\"" + name + "\")"
                + (parts.group(1) == null ? "" : ".user(\"" + parts.group(1).strip() + "\")")
                + (parts.group(5) == null ? "" : ".port(" + parts.group(5) + ")");
        throw refused(withoutPassword(host, parts), ": say " + call);
    }

    private static String withoutPassword(String host, Matcher parts) {
        String password = parts.group(2);
        return password == null ? host : host.replace(password + "@", ":…@");
    }

    private static IllegalArgumentException refused(String shown, String wayOut) {
        return new IllegalArgumentException(
                "a host must be a name or an address alone, without blanks, scheme, user or port, but was '" + shown
                        + "'" + wayOut);
    }
}
