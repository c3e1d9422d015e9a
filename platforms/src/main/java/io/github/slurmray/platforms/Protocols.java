package io.github.slurmray.platforms;

import java.util.Locale;
import java.util.Set;

/** The protocols over IP that aren't TCP. */
final class Protocols {
    private static final int TCP = 6;
    private static final Set<String> OTHERS = Set.of(
            "ah",
            "comp",
            "dccp",
            "egp",
            "esp",
            "gre",
            "icmp",
            "icmpv6",
            "igmp",
            "ipip",
            "ipv6-encap",
            "ipv6-frag",
            "ipv6-icmp",
            "ipv6-nonxt",
            "ipv6-opts",
            "ipv6-route",
            "ospf",
            "pgm",
            "rsvp",
            "sctp",
            "udp",
            "udplite",
            "vrrp");

    private Protocols() {}

    /** Whether this surely names a protocol other than TCP, as a word or a number from 1 to 255. */
    static boolean isOther(String protocol) {
        return OTHERS.contains(protocol.toLowerCase(Locale.ROOT)) || (isNumber(protocol) && !protocol.equals("" + TCP));
    }

    static boolean isTcp(String protocol) {
        return protocol.equalsIgnoreCase("tcp") || protocol.equals("" + TCP);
    }

    private static boolean isNumber(String text) {
        return text.matches("[1-9]\\d{0,2}") && Integer.parseInt(text) <= 255;
    }
}
