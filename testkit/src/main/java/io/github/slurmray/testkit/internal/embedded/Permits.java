package io.github.slurmray.testkit.internal.embedded;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;

/**
 * What a login may do, by the options of its key in authorized_keys.
 *
 * @param options the options by name
 */
record Permits(Map<String, String> options) {
    /** What a key without options may do. */
    static final Permits ALL = new Permits(Map.of());

    private static final AttributeRepository.AttributeKey<Permits> OF_SESSION =
            new AttributeRepository.AttributeKey<>();
    private static final Set<String> KNOWN = Set.of(
            "restrict",
            "port-forwarding",
            "no-port-forwarding",
            "pty",
            "no-pty",
            "permitlisten",
            "permitopen",
            "expiry-time",
            "agent-forwarding",
            "no-agent-forwarding",
            "x11-forwarding",
            "no-x11-forwarding",
            "user-rc",
            "no-user-rc");

    /** Returns whether all options are among those that the emulation acts on. */
    boolean understood() {
        return KNOWN.containsAll(options.keySet());
    }

    /** Returns whether the key's time is over, or isn't one: then sshd refuses the key, too. */
    boolean expired(Instant now) {
        try {
            return value("expiry-time").map(t -> !now.isBefore(time(t))).orElse(false);
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    private static Instant time(String text) {
        boolean utc = text.endsWith("Z");
        String digits = utc ? text.substring(0, text.length() - 1) : text;
        String full = digits + "0".repeat(Math.max(0, "yyyyMMddHHmmss".length() - digits.length()));
        return LocalDateTime.parse(full, DateTimeFormatter.ofPattern("yyyyMMddHHmmss"))
                .atZone(utc ? ZoneOffset.UTC : ZoneId.systemDefault())
                .toInstant();
    }

    private Optional<String> value(String option) {
        return Optional.ofNullable(options.get(option));
    }

    private boolean allows(String what) {
        return !options.containsKey("no-" + what) && (!options.containsKey("restrict") || options.containsKey(what));
    }

    /** Returns whether a session may have a terminal. */
    boolean terminal() {
        return allows("pty");
    }

    private boolean forwards(String option, SshdSocketAddress address) {
        return allows("port-forwarding")
                && value(option)
                        .map(patterns -> Arrays.stream(patterns.split(",", -1)).anyMatch(p -> matches(p, address)))
                        .orElse(true);
    }

    private static boolean matches(String pattern, SshdSocketAddress address) {
        int colon = pattern.lastIndexOf(':');
        String host = colon < 0 ? "*" : pattern.substring(0, colon);
        String port = pattern.substring(colon + 1);
        return (host.equals("*") || host.equals(address.getHostName()))
                && (port.equals("*") || port.equals(Integer.toString(address.getPort())));
    }

    /** Says what a session may do, once its user is known. */
    void apply(Session session) {
        session.setAttribute(OF_SESSION, this);
    }

    /** Returns what a session may do. */
    static Permits of(Session session) {
        Permits permits = session.getAttribute(OF_SESSION);
        return permits == null ? ALL : permits;
    }

    /** Forwards where the key may, and listens on loopback only. */
    static final class Forwards extends AcceptAllForwardingFilter {
        @Override
        public boolean canListen(SshdSocketAddress address, Session session) {
            return SshdSocketAddress.isLoopback(address.getHostName())
                    && of(session).forwards("permitlisten", address);
        }

        @Override
        public boolean canConnect(Type type, SshdSocketAddress address, Session session) {
            return type != Type.Direct || of(session).forwards("permitopen", address);
        }
    }
}
