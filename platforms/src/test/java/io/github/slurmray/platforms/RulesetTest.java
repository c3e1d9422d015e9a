package io.github.slurmray.platforms;

import static io.github.slurmray.platforms.FirewallSamples.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Kind;
import io.github.slurmray.platforms.Ruleset.Match;
import io.github.slurmray.platforms.Ruleset.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RulesetTest {
    private static final List<Kind> KINDS = List.of(Kind.values());

    private static Outcome at(Map<PortRange, Outcome> outcomes, int port) {
        return outcomes.entrySet().stream()
                .filter(e -> e.getKey().first() <= port && port <= e.getKey().last())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static Ruleset.Rule rule(Match match, Kind kind) {
        return new Ruleset.Rule(List.of(Condition.fixed(match)), kind, null);
    }

    @Test
    void aConnectionMustPassEachChainThatAHookStarts() {
        Ruleset ruleset = new Ruleset.Builder("test")
                .chain("a", List.of(rule(Match.exactly(set("10.0.0.0/8")), Kind.REFUSE)))
                .chain("b", List.of(rule(Match.exactly(set("0.0.0.0/4")), Kind.ACCEPT)))
                .base(new Ruleset.Base("a", CidrSet.ALL, true))
                .base(new Ruleset.Base("b", set("0.0.0.0/0"), false))
                .build();

        Outcome outcome = at(ruleset.decide(List.of(PortRange.of(1))), 1);

        assertThat(outcome.accepted()).isEqualTo(set("0.0.0.0/4", "::/0").minus(set("10.0.0.0/8")));
        assertThat(outcome.unclear()).isEqualTo(CidrSet.NONE);
        assertThat(outcome.refused()).isEqualTo(CidrSet.ALL.minus(outcome.accepted()));
    }

    @Test
    void withoutChainsEverybodyIsLetIn() {
        Ruleset nothing = new Ruleset.Builder("test").build();
        assertThat(at(nothing.decide(List.of(PortRange.of(1))), 1).accepted()).isEqualTo(CidrSet.ALL);
    }

    @Test
    void chainsThatJumpInCirclesAreGivenUp() {
        Ruleset circle = new Ruleset.Builder("test")
                .chain("a", List.of(new Ruleset.Rule(List.of(), Kind.JUMP, "a", null)))
                .base(new Ruleset.Base("a", CidrSet.ALL, true))
                .build();
        assertThatThrownBy(() -> circle.decide(List.of(PortRange.of(1))))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("jumps deep");
    }

    @Test
    void chainsThatMultiplyAreGivenUp() {
        Ruleset.Builder builder = new Ruleset.Builder("test").base(new Ruleset.Base("c0", CidrSet.ALL, true));
        for (int i = 0; i < 15; i++) {
            Ruleset.Rule jump = new Ruleset.Rule(List.of(), Kind.JUMP, "c" + (i + 1), null);
            builder.chain("c" + i, List.of(jump, jump, jump, jump));
        }
        Ruleset many = builder.chain("c15", List.of()).build();
        assertThatThrownBy(() -> many.decide(List.of(PortRange.of(1))))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("steps");
    }

    /** A rule in a small world of eight sources: bit i of the masks is source i. */
    private record SmallRule(int sure, int possible, int firstPort, int lastPort, Kind kind, int target) {}

    /**
     * Every source of a small world goes through random chains, once for each way in which the conditions that only may
     * hold could hold: what the ruleset is sure of is so each time.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsSureIsSoHoweverTheUnclearConditionsTurnOut(long start) {
        int unclear = 0;
        Random seeds = new Random(start);
        for (int i = 0; i < 150; i++) {
            long seed = seeds.nextLong();
            Random random = new Random(seed);
            List<List<SmallRule>> chains = chains(random);
            boolean policy = random.nextBoolean();
            Map<PortRange, Outcome> outcomes = ruleset(chains, policy).decide(List.of(new PortRange(1, 4)));
            for (int port = 1; port <= 4; port++) {
                Outcome outcome = at(outcomes, port);
                assertThat(outcome.accepted().plus(outcome.refused()).plus(outcome.unclear()))
                        .as("seed %d", seed)
                        .isEqualTo(CidrSet.ALL);
                for (int source = 0; source < 8; source++) {
                    CidrSet address = address(source);
                    Set<Boolean> ends = ends(chains, policy, source, port);
                    boolean sure = !outcome.unclear().contains(address);
                    unclear += sure ? 0 : 1;
                    if (sure) {
                        assertThat(ends)
                                .as("seed %d, source %d, port %d", seed, source, port)
                                .containsExactly(outcome.accepted().contains(address));
                    } else {
                        assertThat(certain(chains)).as("seed %d", seed).isFalse();
                    }
                }
            }
        }
        assertThat(unclear).isPositive();
    }

    private static boolean certain(List<List<SmallRule>> chains) {
        return chains.stream().flatMap(List::stream).allMatch(r -> r.sure == r.possible && r.kind != Kind.UNKNOWN);
    }

    private static List<List<SmallRule>> chains(Random random) {
        boolean certain = random.nextBoolean();
        List<List<SmallRule>> chains = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            List<SmallRule> rules = new ArrayList<>();
            for (int r = random.nextInt(4); r >= 0; r--) {
                int possible = random.nextInt(256);
                int sure = certain || random.nextInt(3) > 0 ? possible : possible & random.nextInt(256);
                int firstPort = 1 + random.nextInt(4);
                Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                boolean away = kind == Kind.JUMP || kind == Kind.GOTO;
                if ((away && c == 3) || (certain && kind == Kind.UNKNOWN)) {
                    kind = Kind.RETURN;
                }
                // only to a later chain, so that nothing goes in circles
                int target = c == 3 ? 0 : c + 1 + random.nextInt(3 - c);
                rules.add(new SmallRule(sure, possible, firstPort, firstPort + random.nextInt(4), kind, target));
            }
            chains.add(rules);
        }
        return chains;
    }

    private static Ruleset ruleset(List<List<SmallRule>> chains, boolean policy) {
        Ruleset.Builder builder = new Ruleset.Builder("test").base(new Ruleset.Base("0", CidrSet.ALL, policy));
        for (int c = 0; c < chains.size(); c++) {
            List<Ruleset.Rule> rules = new ArrayList<>();
            for (SmallRule r : chains.get(c)) {
                rules.add(new Ruleset.Rule(
                        List.of(
                                builder.ports(r.firstPort, r.lastPort),
                                Condition.fixed(new Match(addresses(r.sure), addresses(r.possible)))),
                        r.kind,
                        "" + r.target,
                        null));
            }
            builder.chain("" + c, rules);
        }
        return builder.build();
    }

    private static CidrSet address(int source) {
        return CidrSet.of(Cidr.parse("192.0.2." + source + "/32"));
    }

    private static CidrSet addresses(int mask) {
        CidrSet set = CidrSet.NONE;
        for (int i = 0; i < 8; i++) {
            set = (mask >> i & 1) == 1 ? set.plus(address(i)) : set;
        }
        return set;
    }

    /** How a connection can end: each possible condition holds or doesn't, each time it is met. */
    private static Set<Boolean> ends(List<List<SmallRule>> chains, boolean policy, int source, int port) {
        Set<Boolean> ends = new HashSet<>();
        if (walk(chains, 0, source, port, ends)) {
            ends.add(policy);
        }
        return ends;
    }

    /** Whether it can get to the chain's end or return from it. */
    private static boolean walk(List<List<SmallRule>> chains, int chain, int source, int port, Set<Boolean> ends) {
        boolean returns = false;
        for (SmallRule r : chains.get(chain)) {
            boolean inPorts = r.firstPort <= port && port <= r.lastPort;
            if (!inPorts || (r.possible >> source & 1) == 0 || r.kind == Kind.CONTINUE) {
                continue;
            }
            boolean surely = (r.sure >> source & 1) == 1;
            boolean on = !surely;
            switch (r.kind) {
                case ACCEPT -> ends.add(true);
                case REFUSE -> ends.add(false);
                case UNKNOWN -> ends.addAll(Set.of(true, false));
                case RETURN -> returns = true;
                case JUMP -> on |= walk(chains, r.target, source, port, ends);
                default -> returns |= walk(chains, r.target, source, port, ends);
            }
            if (!on) {
                return returns;
            }
        }
        return true;
    }

    @Test
    void portsAreCutWhereRulesTellThemApart() {
        Ruleset.Builder builder = new Ruleset.Builder("test").base(new Ruleset.Base("a", CidrSet.ALL, false));
        Ruleset ruleset = builder.chain(
                        "a",
                        List.of(
                                new Ruleset.Rule(List.of(builder.ports(22, 22)), Kind.ACCEPT, null),
                                new Ruleset.Rule(List.of(builder.ports(0, 70_000)), Kind.CONTINUE, null),
                                new Ruleset.Rule(List.of(builder.ports(8000, 65_535)), Kind.ACCEPT, null)))
                .build();

        Map<PortRange, Boolean> open = new LinkedHashMap<>();
        ruleset.decide(List.of(new PortRange(1, 65_535)))
                .forEach((range, outcome) -> open.put(range, outcome.accepted().equals(CidrSet.ALL)));

        assertThat(open)
                .containsExactly(
                        Map.entry(new PortRange(1, 21), false),
                        Map.entry(PortRange.of(22), true),
                        Map.entry(new PortRange(23, 7999), false),
                        Map.entry(new PortRange(8000, 65_535), true));
    }
}
