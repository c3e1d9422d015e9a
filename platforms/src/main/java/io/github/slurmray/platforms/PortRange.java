package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TCP ports from one to another, both included; the order is by the first, then by the last.
 *
 * @param first at least 1
 * @param last at least the first, at most 65,535
 */
public record PortRange(int first, int last) implements Comparable<PortRange> {
    private static final int HIGHEST = 65_535;
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    /**
     * Checks the ports.
     *
     * @throws IllegalArgumentException if one is below 1 or above 65,535, or the last is below the first
     */
    public PortRange {
        if (first < 1 || last > HIGHEST || last < first) {
            throw new IllegalArgumentException(
                    "ports go up, from 1 to " + HIGHEST + " at most, but these are from " + first + " to " + last);
        }
    }

    /**
     * Returns the range of one port.
     *
     * @param port from 1 to 65,535
     * @return the range
     * @throws IllegalArgumentException if it is none of those
     */
    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /**
     * Reads a port or a range.
     *
     * @param text such as {@code 22} or {@code 8000-8010}
     * @return the range
     * @throws IllegalArgumentException if it has another form, or isn't from 1 to 65,535
     */
    public static PortRange parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("ports must be like 22 or 8000-8010, but were '" + text + "'");
        }
        int first = Integer.parseInt(m.group(1));
        return new PortRange(first, m.group(2) == null ? first : Integer.parseInt(m.group(2)));
    }

    /** The fewest ranges with the same ports, in order. */
    static List<PortRange> merged(Collection<PortRange> ranges) {
        List<PortRange> merged = new ArrayList<>();
        for (PortRange next : ranges.stream().sorted().toList()) {
            int end = merged.size() - 1;
            if (end >= 0 && next.first <= merged.get(end).last + 1) {
                PortRange before = merged.get(end);
                merged.set(end, new PortRange(before.first, Math.max(before.last, next.last)));
            } else {
                merged.add(next);
            }
        }
        return List.copyOf(merged);
    }

    @Override
    public int compareTo(PortRange other) {
        return Comparator.comparingInt(PortRange::first)
                .thenComparingInt(PortRange::last)
                .compare(this, other);
    }

    /** Returns the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
