package io.github.slurmray.core;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A set of IPv4 and IPv6 addresses, however many. Immutable; two sets are equal if they have the same addresses.
 *
 * <p>The time of each operation grows with the number of networks, not with the number of addresses.
 */
public final class CidrSet {
    // both families lie on one line of numbers: IPv4 first, IPv6 after a gap
    private static final BigInteger IPV6_START = BigInteger.ONE.shiftLeft(128);

    /** No address. */
    public static final CidrSet NONE = new CidrSet(List.of());

    /** Every address of both families. */
    public static final CidrSet ALL = of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));

    /** From one number on the line to another, both in it. */
    private record Range(BigInteger first, BigInteger last) {}

    /** Sorted, without overlaps, and none begins where another ends. */
    private final List<Range> ranges;

    private CidrSet(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Returns the addresses of some networks.
     *
     * @param networks the networks; they may overlap
     * @return the set
     */
    public static CidrSet of(Cidr... networks) {
        return of(List.of(networks));
    }

    /**
     * Returns the addresses of some networks.
     *
     * @param networks the networks; they may overlap
     * @return the set
     */
    public static CidrSet of(Iterable<Cidr> networks) {
        return merged(StreamSupport.stream(networks.spliterator(), false)
                .map(n -> range(n, n))
                .toList());
    }

    /**
     * Returns the addresses that are in any of some sets.
     *
     * @param sets the sets
     * @return the union
     */
    public static CidrSet union(Collection<CidrSet> sets) {
        List<CidrSet> some = sets.stream().filter(s -> !s.isEmpty()).toList();
        return some.size() == 1
                ? some.get(0)
                : merged(some.stream().flatMap(s -> s.ranges.stream()).toList());
    }

    /**
     * Returns the addresses between two networks, theirs included.
     *
     * @param first the network with the lowest addresses
     * @param last the network with the highest addresses, of the same family
     * @return the set
     * @throws IllegalArgumentException if the families differ, or the last address is lower than the first
     */
    public static CidrSet between(Cidr first, Cidr last) {
        Range range = range(first, last);
        if (first.family() != last.family() || range.first().compareTo(range.last()) > 0) {
            throw new IllegalArgumentException("no addresses go from " + first + " to " + last);
        }
        return new CidrSet(List.of(range));
    }

    private static Range range(Cidr first, Cidr last) {
        BigInteger start = first.family() == Cidr.Family.IPV4 ? BigInteger.ZERO : IPV6_START;
        return new Range(start.add(first.first()), start.add(last.last()));
    }

    private static CidrSet merged(List<Range> unsorted) {
        List<Range> sorted = new ArrayList<>(unsorted);
        sorted.sort(Comparator.comparing(Range::first));
        List<Range> merged = new ArrayList<>();
        for (Range next : sorted) {
            int end = merged.size() - 1;
            if (end >= 0 && next.first().compareTo(merged.get(end).last().add(BigInteger.ONE)) <= 0) {
                Range before = merged.get(end);
                merged.set(end, new Range(before.first(), before.last().max(next.last())));
            } else {
                merged.add(next);
            }
        }
        return new CidrSet(merged);
    }

    /**
     * Returns the addresses that are in this set, in the other, or in both.
     *
     * @param other the other set
     * @return the union
     */
    public CidrSet plus(CidrSet other) {
        return union(List.of(this, other));
    }

    /**
     * Returns the addresses that are in this set and not in the other.
     *
     * @param other the other set
     * @return the difference
     */
    public CidrSet minus(CidrSet other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        List<Range> left = new ArrayList<>();
        int past = 0;
        for (Range range : ranges) {
            while (past < other.ranges.size() && other.ranges.get(past).last().compareTo(range.first()) < 0) {
                past++;
            }
            BigInteger from = range.first();
            for (int i = past;
                    i < other.ranges.size() && other.ranges.get(i).first().compareTo(range.last()) <= 0;
                    i++) {
                Range hole = other.ranges.get(i);
                if (from.compareTo(hole.first()) < 0) {
                    left.add(new Range(from, hole.first().subtract(BigInteger.ONE)));
                }
                from = hole.last().add(BigInteger.ONE);
            }
            if (from.compareTo(range.last()) <= 0) {
                left.add(new Range(from, range.last()));
            }
        }
        return new CidrSet(left);
    }

    /**
     * Returns the addresses that are in both sets.
     *
     * @param other the other set
     * @return the intersection
     */
    public CidrSet and(CidrSet other) {
        if (ranges.size() > other.ranges.size()) {
            return other.and(this);
        }
        List<Range> both = new ArrayList<>();
        int from = 0;
        for (Range range : ranges) {
            from = other.indexOf(from, range.first());
            for (int i = from; i < other.ranges.size(); i++) {
                Range there = other.ranges.get(i);
                if (there.first().compareTo(range.last()) > 0) {
                    break;
                }
                both.add(
                        new Range(range.first().max(there.first()), range.last().min(there.last())));
            }
        }
        return new CidrSet(both);
    }

    /** Of the first range, from some index on, that ends at this number or after it. */
    private int indexOf(int from, BigInteger number) {
        int low = from;
        int high = from;
        // mostly it is near
        for (int step = 1; high < ranges.size() && ranges.get(high).last().compareTo(number) < 0; step *= 2) {
            low = high + 1;
            high = Math.min(ranges.size(), low + step);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).last().compareTo(number) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Tells whether every address of the other set is in this one.
     *
     * @param other the other set
     * @return true also if the other set is empty
     */
    public boolean contains(CidrSet other) {
        return other.minus(this).isEmpty();
    }

    /**
     * Tells whether there is no address in the set.
     *
     * @return true if there is none
     */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /**
     * Returns how many addresses there are.
     *
     * @return at least 0
     */
    public BigInteger size() {
        return ranges.stream()
                .map(r -> r.last().subtract(r.first()).add(BigInteger.ONE))
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /**
     * Returns how many runs of addresses without a gap there are, which is what the memory of a set and the time of its
     * operations grow with.
     *
     * @return at least 0
     */
    public int runs() {
        return ranges.size();
    }

    /**
     * Returns the smallest list of networks that has exactly these addresses.
     *
     * @return without overlaps, in order
     */
    public List<Cidr> cidrs() {
        List<Cidr> cidrs = new ArrayList<>();
        for (Range range : ranges) {
            boolean low = range.first().compareTo(IPV6_START) < 0;
            BigInteger start = low ? BigInteger.ZERO : IPV6_START;
            split(
                    low ? Cidr.Family.IPV4 : Cidr.Family.IPV6,
                    range.first().subtract(start),
                    range.last().subtract(start),
                    cidrs);
        }
        return List.copyOf(cidrs);
    }

    // from the left, always the largest network that starts here and doesn't go too far
    private static void split(Cidr.Family family, BigInteger first, BigInteger last, List<Cidr> into) {
        BigInteger from = first;
        while (from.compareTo(last) <= 0) {
            int fitting = last.subtract(from).add(BigInteger.ONE).bitLength() - 1;
            int aligned = from.signum() == 0 ? family.bits() : from.getLowestSetBit();
            int free = Math.min(fitting, aligned);
            into.add(new Cidr(family, from, family.bits() - free));
            from = from.add(BigInteger.ONE.shiftLeft(free));
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CidrSet other && ranges.equals(other.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    @Override
    public String toString() {
        return cidrs().toString();
    }
}
