package io.github.slurmray.core;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network: an IPv4 or IPv6 address and the number of its leading bits that count, such as {@code 192.0.2.0/24}.
 * Immutable. No method ever asks the DNS.
 *
 * <p>An IPv4-mapped address ({@code ::ffff:192.0.2.1}) is an IPv6 address like any other: it is never taken for the
 * IPv4 address that it shows, and no IPv4 network contains it.
 *
 * <p>The order is IPv4 before IPv6, then the lower address, then the larger network.
 */
public final class Cidr implements Comparable<Cidr> {
    /** A version of the Internet Protocol. */
    public enum Family {
        /** Addresses of 32 bits. */
        IPV4(32, "IPv4"),
        /** Addresses of 128 bits. */
        IPV6(128, "IPv6");

        private final int bits;
        private final String text;

        Family(int bits, String text) {
            this.bits = bits;
            this.text = text;
        }

        /**
         * Returns the bits of an address.
         *
         * @return 32 or 128
         */
        public int bits() {
            return bits;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final Comparator<Cidr> ORDER =
            Comparator.comparing(Cidr::family).thenComparing(Cidr::first).thenComparing(Cidr::length);
    private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
    private static final Pattern OCTET = Pattern.compile("0|[1-9]\\d{0,2}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");
    private static final int GROUPS = 8;
    private static final BigInteger MAPPED = BigInteger.valueOf(0xffff);

    private final Family family;
    private final BigInteger first;
    private final int length;

    /** The first address must have no bits beyond the length. */
    Cidr(Family family, BigInteger first, int length) {
        this.family = family;
        this.first = first;
        this.length = length;
    }

    /**
     * Reads a network.
     *
     * @param text such as {@code 192.0.2.0/24} or {@code 2001:db8::/32}
     * @return the network
     * @throws IllegalArgumentException if it isn't an address, a slash and a length, or has bits beyond its length; the
     *     message says which network was probably meant
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (slash < 0 && host(address).isPresent()) {
            throw malformed(
                    text,
                    "a network has a length: for this one address write "
                            + host(address).get());
        }
        Cidr network = parseMasked(text);
        Cidr host = host(address).orElseThrow();
        if (!host.first.equals(network.first)) {
            throw malformed(
                    text, "it has bits beyond its length: the network is " + network + ", this one address is " + host);
        }
        return network;
    }

    /**
     * Reads what other programs write for a network: as {@link #parse}, but bits beyond the length are dropped, and an
     * address without a length means this one address.
     *
     * @param text such as {@code 192.0.2.7/24}, which means {@code 192.0.2.0/24}, or {@code 192.0.2.7}
     * @return the network
     * @throws IllegalArgumentException if it has another form
     */
    public static Cidr parseMasked(String text) {
        int slash = text.indexOf('/');
        Cidr host = host(slash < 0 ? text : text.substring(0, slash))
                .orElseThrow(() -> malformed(
                        text,
                        "a network is an address in numbers and a length, such as 192.0.2.0/24 or 2001:db8::/32"));
        if (slash < 0) {
            return host;
        }
        Matcher length = LENGTH.matcher(text.substring(slash + 1));
        int bits = host.family.bits;
        if (!length.matches() || Integer.parseInt(length.group()) > bits) {
            throw malformed(text, "the length of an " + host.family + " network is a whole number from 0 to " + bits);
        }
        int kept = Integer.parseInt(length.group());
        return new Cidr(host.family, host.first.shiftRight(bits - kept).shiftLeft(bits - kept), kept);
    }

    /**
     * Returns the network of one address only.
     *
     * @param address the address; the zone of an IPv6 address doesn't count
     * @return a network of length 32 or 128
     */
    public static Cidr of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return host(bytes.length == 4 ? Family.IPV4 : Family.IPV6, new BigInteger(1, bytes));
    }

    private static Cidr host(Family family, BigInteger address) {
        return new Cidr(family, address, family.bits);
    }

    private static Optional<Cidr> host(String address) {
        return address.indexOf(':') < 0
                ? ipv4(address).map(a -> host(Family.IPV4, a))
                : ipv6(address).map(a -> host(Family.IPV6, a));
    }

    // an octet with a leading zero is refused: some programs read it as octal
    private static Optional<BigInteger> ipv4(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return Optional.empty();
        }
        long address = 0;
        for (String octet : octets) {
            if (!OCTET.matcher(octet).matches() || Integer.parseInt(octet) > 255) {
                return Optional.empty();
            }
            address = address << 8 | Integer.parseInt(octet);
        }
        return Optional.of(BigInteger.valueOf(address));
    }

    private static Optional<BigInteger> ipv6(String text) {
        String s = text;
        if (s.indexOf('.') >= 0) {
            int tail = s.lastIndexOf(':') + 1;
            Optional<BigInteger> low = ipv4(s.substring(tail));
            if (low.isEmpty()) {
                return Optional.empty();
            }
            long bits = low.get().longValueExact();
            s = s.substring(0, tail) + Long.toHexString(bits >> 16) + ":" + Long.toHexString(bits & 0xffff);
        }
        int gap = s.indexOf("::");
        if (gap < 0) {
            return address(groups(s));
        }
        List<String> groups = groups(s.substring(0, gap));
        List<String> tail = groups(s.substring(gap + 2));
        int missing = GROUPS - groups.size() - tail.size();
        if (missing < 1) {
            return Optional.empty();
        }
        for (int i = 0; i < missing; i++) {
            groups.add("0");
        }
        groups.addAll(tail);
        return address(groups);
    }

    private static List<String> groups(String text) {
        return text.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(text.split(":", -1)));
    }

    private static Optional<BigInteger> address(List<String> groups) {
        if (groups.size() != GROUPS
                || !groups.stream().allMatch(g -> GROUP.matcher(g).matches())) {
            return Optional.empty();
        }
        BigInteger address = BigInteger.ZERO;
        for (String group : groups) {
            address = address.shiftLeft(16).or(new BigInteger(group, 16));
        }
        return Optional.of(address);
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("network '" + text + "': " + why);
    }

    /**
     * Returns the family of the addresses.
     *
     * @return the family
     */
    public Family family() {
        return family;
    }

    /**
     * Returns how many leading bits count.
     *
     * @return from 0, which is every address of the family, to 32 or 128, which is one address
     */
    public int length() {
        return length;
    }

    /**
     * Tells whether every address of the other network is one of this network.
     *
     * @param other the other network
     * @return false also if the families differ
     */
    public boolean contains(Cidr other) {
        int free = family.bits - length;
        return family == other.family
                && length <= other.length
                && first.shiftRight(free).equals(other.first.shiftRight(free));
    }

    /**
     * Tells whether the address is one of this network.
     *
     * @param address the address
     * @return false also if the families differ
     */
    public boolean contains(InetAddress address) {
        return contains(of(address));
    }

    /**
     * Tells whether an address is in both networks, which means that one contains the other.
     *
     * @param other the other network
     * @return false also if the families differ
     */
    public boolean overlaps(Cidr other) {
        return contains(other) || other.contains(this);
    }

    /**
     * Returns the smallest list of networks that has exactly the same addresses: networks inside others are left out,
     * halves become wholes.
     *
     * @param networks the networks
     * @return without overlaps, in order
     */
    public static List<Cidr> covering(Iterable<Cidr> networks) {
        return CidrSet.of(networks).cidrs();
    }

    BigInteger first() {
        return first;
    }

    BigInteger last() {
        return first.add(BigInteger.ONE.shiftLeft(family.bits - length)).subtract(BigInteger.ONE);
    }

    @Override
    public int compareTo(Cidr other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Cidr other && family == other.family && length == other.length && first.equals(other.first);
    }

    @Override
    public int hashCode() {
        return 31 * first.hashCode() + length;
    }

    /** Returns the canonical text, for IPv6 that of RFC 5952, and the length. {@link #parse} reads it. */
    @Override
    public String toString() {
        return (family == Family.IPV4 ? dotted(first) : colons()) + "/" + length;
    }

    private static String dotted(BigInteger address) {
        long a = address.longValueExact();
        return (a >> 24) + "." + (a >> 16 & 255) + "." + (a >> 8 & 255) + "." + (a & 255);
    }

    private String colons() {
        if (first.shiftRight(32).equals(MAPPED)) {
            return "::ffff:" + dotted(first.subtract(MAPPED.shiftLeft(32)));
        }
        List<String> groups = new ArrayList<>();
        for (int i = GROUPS - 1; i >= 0; i--) {
            groups.add(Integer.toHexString(first.shiftRight(16 * i).intValue() & 0xffff));
        }
        int gap = 0;
        int gapLength = 0;
        for (int from = 0; from < GROUPS; from++) {
            int to = from;
            while (to < GROUPS && groups.get(to).equals("0")) {
                to++;
            }
            if (to - from > gapLength) {
                gap = from;
                gapLength = to - from;
            }
        }
        // one group alone stays a 0 (RFC 5952, 4.2.2)
        return gapLength < 2
                ? String.join(":", groups)
                : String.join(":", groups.subList(0, gap)) + "::"
                        + String.join(":", groups.subList(gap + gapLength, GROUPS));
    }
}
