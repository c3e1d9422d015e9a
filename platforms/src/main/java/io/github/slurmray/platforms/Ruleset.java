package io.github.slurmray.platforms;

import io.github.slurmray.core.CidrSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
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

        static Condition fixed(Match match) {
            return port -> match;
        }

        static Condition all(List<Condition> conditions) {
            return port -> {
                Match all = Match.ALWAYS;
                for (Condition condition : conditions) {
                    all = all.and(condition.on(port));
                }
                return all;
            };
        }

        static Condition any(List<Condition> conditions) {
            return port -> Match.any(conditions.stream().map(c -> c.on(port)).toList());
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
    record Outcome(CidrSet accepted, CidrSet refused, CidrSet unclear, Map<NotUnderstood, CidrSet> reasons) {}

    private record Walk(CidrSet accepted, CidrSet refused, CidrSet left) {}

    // as in the kernel (NFT_JUMP_STACK_SIZE)
    private static final int DEEPEST = 16;
    private static final int MOST_STEPS = 200_000;

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
        for (PortRange range : asked) {
            for (PortRange part : parts(range)) {
                outcomes.put(part, walker.decide(part.first()));
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
            return new Outcome(through.minus(unclear), refused.minus(unclear), unclear, reasons);
        }

        private Walk walk(String chain, CidrSet in, int depth) {
            if (depth > DEEPEST) {
                throw new RuleListException(
                        format + ": chain '" + chain + "' is more than " + DEEPEST + " jumps deep", null);
            }
            CidrSet open = in;
            List<CidrSet> accepted = new ArrayList<>();
            List<CidrSet> refused = new ArrayList<>();
            List<CidrSet> left = new ArrayList<>();
            for (Rule rule : Objects.requireNonNull(chains.get(chain), chain)) {
                step();
                Match match = Condition.all(rule.when()).on(port);
                CidrSet hit = open.and(match.possible());
                if (hit.isEmpty() || rule.kind() == Kind.CONTINUE) {
                    continue;
                }
                if (rule.unclear() != null) {
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
            return new Walk(CidrSet.union(accepted), CidrSet.union(refused), CidrSet.union(left));
        }

        private void step() {
            if (++steps > MOST_STEPS) {
                throw new RuleListException(
                        format + ": it takes more than " + MOST_STEPS
                                + " steps to follow the rules; ask for fewer ports",
                        null);
            }
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
            return port -> first <= port && port <= last ? Match.ALWAYS : Match.NEVER;
        }

        Ruleset build() {
            return new Ruleset(this);
        }
    }
}
