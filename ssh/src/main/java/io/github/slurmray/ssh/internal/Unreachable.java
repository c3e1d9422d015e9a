package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a connection didn't come about, in words: a pure function of what the system said, and when. */
final class Unreachable {
    private Unreachable() {}

    /** The reason with the time that it took, and the way out. */
    static String describe(@Nullable Throwable thrown, Duration elapsed) {
        Throwable said = socketsWord(thrown);
        String words = said == null || said.getMessage() == null ? "" : said.getMessage();
        String lower = words.toLowerCase(Locale.ROOT);
        String after = " (after " + elapsed.toMillis() + " ms)";
        if (said instanceof NoRouteToHostException || lower.contains("no route to host")) {
            return "no route to host" + after
                    + ". Either no machine has this address now, or a firewall turns you away:"
                    + " check the name, and your network or VPN.";
        }
        if (lower.contains("unreachable")) {
            return "the network is unreachable from this machine" + after + ". Check your network or VPN.";
        }
        if (lower.contains("refused")) {
            return "the connection was refused" + after + ". Check the port, and that an SSH server listens there.";
        }
        if (said == null || lower.contains("timed out")) {
            return "no answer within " + elapsed.toMillis()
                    + " ms. Check the name, the port, your network or VPN, and firewalls on the way.";
        }
        return words + after + ". Check the name, the port, and your network or VPN.";
    }

    /** What the operating system said, if it said anything; else the time was over. */
    private static @Nullable Throwable socketsWord(@Nullable Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            // as IOException itself: channels report some errors so
            if (t instanceof ConnectException || t instanceof SocketException || t.getClass() == IOException.class) {
                return t;
            }
        }
        return null;
    }
}
