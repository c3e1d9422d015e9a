package io.github.slurmray.platforms;

import io.github.slurmray.core.CidrSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a machine does with a new TCP connection that comes from outside: chains of rules in which the first that
 * decides wins. Every format is read into this.
 *
 * <p>Where a rule isn't understood, both ends are followed, so an answer is certain only if it is the same either way.
 */
final class Ruleset {
    /** The end of a rule. */
    enum Kind {
        ACCEPT,
        REFUSE,
        /** Back to the rule after the jump. */
        RETURN,
        /** On with the next rule. */
        CONTINUE,
        JUMP,
        /** Like a jump that returns to where this chain was jumped to from. */
        GOTO,
        /** One of the first two, but nobody knows which. */
        UNKNOWN
    }

    /** For whom something holds: surely for sources in the first set, possibly for those in the second, larger one. */
    record Match(CidrSet sure, CidrSet possible) {
        static final Match ALWAYS = exactly(CidrSet.ALL);
        static final Match NEVER = exactly(CidrSet.NONE);
        static final Match MAYBE = new Match(CidrSet.NONE, CidrSet.ALL);

        static Match exactly(CidrSet sources) {
            return new Match(sources, sources);
        }

        static Match maybe(CidrSet sources) {
            return new Match(CidrSet.NONE, sources);
        }

        Match and(Match other) {
            if (equals(ALWAYS) || other.equals(ALWAYS)) {
                return equals(ALWAYS) ? other : this;
            }
            return new Match(sure.and(other.sure), possible.and(other.possible));
        }

        static Match any(List<Match> matches) {
            return new Match(
                    CidrSet.union(matches.stream().map(Match::sure).toList()),
                    CidrSet.union(matches.stream().map(Match::possible).toList()));
        }

        Match not() {
            return new Match(CidrSet.ALL.minus(possible), CidrSet.ALL.minus(sure));
        }
    }

    /** A condition on connections: for a port, the sources for which it holds. */
    interface Condition {
        Match on(int port);

        /** How much work it is, in runs of addresses that are looked at. */
        long work();

        static Condition fixed(Match match) {
            return new Fixed(match);
        }

        static Condition all(List<Condition> conditions) {
            return together(conditions, matches -> matches.stream().reduce(Match.ALWAYS, Match::and));
        }

        static Condition any(List<Condition> conditions) {
            return together(conditions, Match::any);
        }

        default Condition not() {
            return together(List.of(this), matches -> matches.get(0).not());
        }

        private static Condition together(List<Condition> conditions, Function<List<Match>, Match> join) {
            IntFunction<Match> on =
                    port -> join.apply(conditions.stream().map(c -> c.on(port)).toList());
            boolean fixed = conditions.stream().allMatch(Fixed.class::isInstance);
            return fixed
                    ? new Fixed(on.apply(0))
                    : new ByPort(conditions.stream().mapToLong(Condition::work).sum(), on);
        }
    }

    private record Fixed(Match match) implements Condition {
        @Override
        public Match on(int port) {
            return match;
        }

        @Override
        public long work() {
            return match.possible().runs();
        }
    }

    private record ByPort(long work, IntFunction<Match> match) implements Condition {
        @Override
        public Match on(int port) {
            return match.apply(port);
        }
    }

    /**
     * A rule.
     *
     * @param when all of which must hold
     * @param kind what it does then
     * @param target where a jump goes, else empty
     * @param unclear what isn't understood of it, if there is something
     */
    record Rule(
            List<Condition> when,
            Kind kind,
            String target,
            @Nullable NotUnderstood unclear) {
        /** The cheap conditions come first, since mostly one of them, about ports, doesn't hold. */
        Rule {
            when = when.stream()
                    .sorted(Comparator.comparingLong(Condition::work))
                    .toList();
        }

        Rule(List<Condition> when, Kind kind, @Nullable NotUnderstood unclear) {
            this(when, kind, "", unclear);
        }
    }

    /**
     * A chain that the machine itself starts.
     *
     * @param name the chain
     * @param sees the sources whose packets come by
     * @param accepts what happens at its end
     */
    record Base(String name, CidrSet sees, boolean accepts) {}

    /** What happens to connections to a port, by source; the sets have no address in common. */
    record Outcome(CidrSet accepted, CidrSet refused, CidrSet unclear, Map<NotUnderstood, CidrSet> reasons) {
        long runs() {
            return (long) accepted.runs() + refused.runs() + unclear.runs();
        }
    }

    private record Walk(CidrSet accepted, CidrSet refused, CidrSet left) {}

    // as in the kernel (NFT_JUMP_STACK_SIZE)
    private static final int DEEPEST = 16;
    private static final int MOST_STEPS = 200_000;
    /** In runs of addresses: seconds. */
    private static final long MOST_WORK = 20_000_000;
    /** In runs of addresses that are kept: some hundred MB. */
    private static final long MOST_KEPT = 2_000_000;

    private final String format;
    private final List<Base> bases;
    private final Map<String, List<Rule>> chains;
    private final NavigableSet<Integer> cuts;

    private Ruleset(Builder builder) {
        this.format = builder.format;
        this.bases = List.copyOf(builder.bases);
        this.chains = Map.copyOf(builder.chains);
        this.cuts = new TreeSet<>(builder.cuts);
    }

    /** What happens to connections to some ports, for each part of them that the rules treat alike, in order. */
    Map<PortRange, Outcome> decide(List<PortRange> asked) {
        Map<PortRange, Outcome> outcomes = new LinkedHashMap<>();
        Walker walker = new Walker();
        Map<Outcome, Outcome> same = new HashMap<>();
        for (PortRange range : asked) {
            for (PortRange part : parts(range)) {
                Outcome outcome = walker.decide(part.first());
                outcomes.put(part, same.computeIfAbsent(outcome, walker::keep));
            }
        }
        return outcomes;
    }

    /** The parts of a range in each of which the rules treat all ports alike. */
    private List<PortRange> parts(PortRange range) {
        List<PortRange> parts = new ArrayList<>();
        int from = range.first();
        for (int cut : cuts.subSet(range.first(), false, range.last(), true)) {
            parts.add(new PortRange(from, cut - 1));
            from = cut;
        }
        parts.add(new PortRange(from, range.last()));
        return parts;
    }

    /** Follows connections through the chains, and gives up when that takes too long. */
    private final class Walker {
        private int steps;
        private long work;
        private long kept;
        private int port;
        private Map<NotUnderstood, CidrSet> reasons = Map.of();

        Outcome decide(int toPort) {
            port = toPort;
            reasons = new LinkedHashMap<>();
            CidrSet through = CidrSet.ALL;
            CidrSet refused = CidrSet.NONE;
            for (Base base : bases) {
                Walk end = walk(base.name(), through.and(base.sees()), 0);
                CidrSet past = through.minus(base.sees()).plus(end.accepted());
                through = base.accepts() ? past.plus(end.left()) : past;
                refused = refused.plus(end.refused()).plus(base.accepts() ? CidrSet.NONE : end.left());
            }
            CidrSet unclear = through.and(refused);
            work((long) through.runs() + refused.runs());
            return new Outcome(through.minus(unclear), refused.minus(unclear), unclear, reasons);
        }

        private Walk walk(String chain, CidrSet in, int depth) {
            if (depth > DEEPEST) {
                throw new RuleListException(
                        format + ": chain '" + chain + "' is more than " + DEEPEST + " jumps deep", null);
            }
            CidrSet open = in;
            Union accepted = new Union();
            Union refused = new Union();
            Union left = new Union();
            for (Rule rule : Objects.requireNonNull(chains.get(chain), chain)) {
                step();
                Match match = match(rule);
                if (match.possible().isEmpty() || rule.kind() == Kind.CONTINUE) {
                    continue;
                }
                work(open.runs());
                CidrSet hit = open.and(match.possible());
                if (hit.isEmpty()) {
                    continue;
                }
                if (rule.unclear() != null) {
                    keep(hit.runs());
                    reasons.merge(rule.unclear(), hit, CidrSet::plus);
                }
                open = open.minus(match.sure());
                switch (rule.kind()) {
                    case ACCEPT -> accepted.add(hit);
                    case REFUSE -> refused.add(hit);
                    case RETURN -> left.add(hit);
                    case JUMP, GOTO -> {
                        Walk there = walk(rule.target(), hit, depth + 1);
                        accepted.add(there.accepted());
                        refused.add(there.refused());
                        if (rule.kind() == Kind.JUMP) {
                            open = open.plus(there.left());
                        } else {
                            left.add(there.left());
                        }
                    }
                    default -> {
                        accepted.add(hit);
                        refused.add(hit);
                    }
                }
            }
            left.add(open);
            return new Walk(accepted.set(), refused.set(), left.set());
        }

        private Match match(Rule rule) {
            Match all = Match.ALWAYS;
            for (Condition condition : rule.when()) {
                work(condition.work());
                all = all.and(condition.on(port));
                if (all.possible().isEmpty()) {
                    return all;
                }
            }
            return all;
        }

        private void step() {
            if (++steps > MOST_STEPS) {
                throw tooMuch("more than " + MOST_STEPS + " steps");
            }
        }

        private void work(long runs) {
            work += runs;
            if (work > MOST_WORK) {
                throw tooMuch("too long");
            }
        }

        private void keep(long runs) {
            kept += runs;
            if (kept > MOST_KEPT) {
                throw tooMuch("too much memory");
            }
        }

        Outcome keep(Outcome outcome) {
            keep(outcome.runs());
            return outcome;
        }

        private RuleListException tooMuch(String what) {
            return new RuleListException(
                    format + ": it takes " + what
                            + " to follow the rules and their sets of addresses; ask for fewer ports",
                    null);
        }
    }

    /** A union of sets, made now and then: not each time, which takes long, nor only at the end, since many overlap. */
    private static final class Union {
        private static final int FIRST = 10_000;

        private final List<CidrSet> sets = new ArrayList<>();
        private long runs;
        private long next = FIRST;

        void add(CidrSet set) {
            sets.add(set);
            runs += set.runs();
            if (runs > next) {
                CidrSet all = set();
                sets.clear();
                sets.add(all);
                runs = all.runs();
                next = Math.max(FIRST, 2 * runs);
            }
        }

        CidrSet set() {
            return CidrSet.union(sets);
        }
    }

    /** Takes chains and rules in their order. */
    static final class Builder {
        private final String format;
        private final List<Base> bases = new ArrayList<>();
        private final Map<String, List<Rule>> chains = new HashMap<>();
        private final NavigableSet<Integer> cuts = new TreeSet<>();

        Builder(String format) {
            this.format = format;
        }

        Builder base(Base base) {
            bases.add(base);
            return this;
        }

        Builder chain(String name, List<Rule> rules) {
            chains.put(name, List.copyOf(rules));
            return this;
        }

        /** The condition that a connection goes to one of these ports; nothing else may tell ports apart. */
        Condition ports(int first, int last) {
            cuts.add(first);
            cuts.add(last + 1);
            return new ByPort(0, port -> first <= port && port <= last ? Match.ALWAYS : Match.NEVER);
        }

        Ruleset build() {
            return new Ruleset(this);
        }
    }
}
