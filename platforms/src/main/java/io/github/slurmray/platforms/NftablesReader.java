package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Kind;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code nft -j list ruleset} prints (libnftables-json(5)): tables, the chains that a connection to the machine
 * passes in the order of their hooks and priorities, and their rules. To be let in, a connection must be accepted by
 * each of those chains.
 *
 * <p>Sets are taken as they stand in the list, also those whose elements come and go.
 */
final class NftablesReader {
    private static final String FORMAT = "nftables ruleset";
    private static final List<String> HOOKS = List.of("ingress", "prerouting", "input");
    private static final Set<String> WITHOUT_MEANING_HERE = Set.of(
            "metainfo",
            "flowtable",
            "counter",
            "quota",
            "limit",
            "ct helper",
            "ct timeout",
            "ct expectation",
            "secmark",
            "synproxy",
            "tunnel");
    /** Statements that change or note something that no condition which is understood looks at. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("counter", "log", "ct helper", "ct timeout", "ct expectation", "last");
    /** Statements that hold only sometimes. */
    private static final Set<String> LIMITS = Set.of("limit", "quota", "ct count", "meter");

    /** A chain that a hook starts. */
    private record Hooked(String chain, int hook, int priority, CidrSet sees, boolean accepts) {}

    private final Ruleset.Builder ruleset = new Ruleset.Builder(FORMAT);
    private final Map<String, RuleJson> sets = new HashMap<>();
    private final Set<String> dormant = new HashSet<>();
    private final Map<String, List<RuleJson>> rules = new LinkedHashMap<>();
    private final Map<String, RuleJson> chains = new LinkedHashMap<>();

    private NftablesReader() {}

    static Ruleset read(String json) {
        return new NftablesReader().ruleset(RuleJson.parse(FORMAT, json));
    }

    private Ruleset ruleset(RuleJson root) {
        String forms = "what 'nft -j list ruleset' prints";
        if (!root.isObject()) {
            throw root.bad(forms);
        }
        for (RuleJson item : root.need("nftables", forms).items()) {
            Map.Entry<String, RuleJson> object = item.only(forms);
            object(object.getKey(), object.getValue());
        }
        List<Hooked> hooked = new ArrayList<>();
        chains.forEach((name, chain) -> {
            ruleset.chain(name, rulesOf(name, chain));
            if (chain.get("hook").isPresent() && !dormant.contains(table(chain))) {
                hooked(name, chain, hooked);
            }
        });
        hooked.sort(Comparator.comparingInt(Hooked::hook).thenComparingInt(Hooked::priority));
        hooked.forEach(h -> ruleset.base(new Ruleset.Base(h.chain(), h.sees(), h.accepts())));
        return ruleset.build();
    }

    private void object(String kind, RuleJson object) {
        switch (kind) {
            case "table" -> {
                boolean sleeps = object.get("flags").stream()
                        .flatMap(f -> f.itemsOrSelf().stream())
                        .anyMatch(f -> f.asText().orElse("").equals("dormant"));
                if (sleeps) {
                    dormant.add(name(object, "family") + " " + name(object, "name"));
                }
            }
            case "chain" -> {
                chains.put(table(object) + " " + name(object, "name"), object);
                rules.put(table(object) + " " + name(object, "name"), new ArrayList<>());
            }
            case "rule" -> {
                List<RuleJson> chain = rules.get(table(object) + " " + name(object, "chain"));
                if (chain == null) {
                    throw object.bad("a rule of a chain that stands before it");
                }
                chain.add(object);
            }
            case "set", "map" -> sets.put(table(object) + " " + name(object, "name"), object);
            default -> {
                if (!WITHOUT_MEANING_HERE.contains(kind)) {
                    throw object.bad("an object of a ruleset");
                }
            }
        }
    }

    private static String name(RuleJson object, String key) {
        return object.need(key, "a name").text("a name");
    }

    private static String table(RuleJson object) {
        return name(object, "family") + " " + name(object, "table");
    }

    private void hooked(String name, RuleJson chain, List<Hooked> into) {
        int hook = HOOKS.indexOf(name(chain, "hook"));
        CidrSet sees = switch (name(chain, "family")) {
            case "ip" -> World.all(Cidr.Family.IPV4);
            case "ip6" -> World.all(Cidr.Family.IPV6);
            case "arp" -> CidrSet.NONE;
            default -> CidrSet.ALL;
        };
        if (hook >= 0) {
            int priority = chain.get("prio").map(p -> p.number("a number")).orElse(0);
            boolean accepts = chain.get("policy")
                    .map(p -> !p.text("accept or drop").equals("drop"))
                    .orElse(true);
            into.add(new Hooked(name, hook, priority, sees, accepts || isOfAnInterface(chain)));
        }
    }

    /** Whether only the packets of some interface come by, and who knows which the sites' are. */
    private static boolean isOfAnInterface(RuleJson chain) {
        return name(chain, "hook").equals("ingress")
                || Set.of("netdev", "bridge").contains(name(chain, "family"));
    }

    private List<Ruleset.Rule> rulesOf(String name, RuleJson chain) {
        List<RuleJson> of = rules.getOrDefault(name, List.of());
        if (chain.get("hook").isPresent() && isOfAnInterface(chain)) {
            boolean harmless = of.isEmpty()
                    && !chain.get("policy")
                            .flatMap(RuleJson::asText)
                            .orElse("accept")
                            .equals("drop");
            return harmless
                    ? List.of()
                    : List.of(new Ruleset.Rule(
                            List.of(Condition.fixed(Match.MAYBE)),
                            Kind.UNKNOWN,
                            chain.unclear("it filters the packets of one interface or bridge")));
        }
        List<Ruleset.Rule> read = new ArrayList<>();
        of.forEach(rule -> new Reader(rule).into(read));
        return read;
    }

    /** One rule: its conditions, until a statement ends it. */
    private final class Reader {
        private final RuleJson rule;
        private final String table;
        private final List<Condition> when = new ArrayList<>();
        private final NftablesConditions conditions;

        Reader(RuleJson rule) {
            this.rule = rule;
            this.table = table(rule);
            this.conditions = new NftablesConditions(ruleset::ports, name -> sets.get(table + " " + name));
        }

        void into(List<Ruleset.Rule> read) {
            for (RuleJson statement : rule.need("expr", "a list of statements").items()) {
                Map.Entry<String, RuleJson> only = statement.only("a statement");
                String kind = only.getKey();
                RuleJson value = only.getValue();
                if (kind.equals("match")) {
                    when.add(conditions.match(value));
                } else if (kind.equals("vmap")) {
                    verdicts(value, read);
                } else if (kind.equals("mangle")) {
                    if (value.get("key").flatMap(k -> k.get("payload")).isPresent()) {
                        conditions.unclear("it changes the packet");
                        add(read, when, Kind.UNKNOWN, "");
                        return;
                    }
                } else if (kind.equals("set") || kind.equals("map")) {
                    noted(value);
                } else if (LIMITS.contains(kind)) {
                    when.add(conditions.unclear("'" + kind + "' holds only sometimes"));
                } else if (!WITHOUT_EFFECT.contains(kind)) {
                    verdict(kind, value, when, read);
                    return;
                }
            }
        }

        /** An element that a packet adds to a set, which it can only if it has one, and perhaps not too often. */
        private void noted(RuleJson statement) {
            when.add(conditions.present(statement.need("elem", "an expression")));
            if (statement.get("stmt").isPresent()) {
                when.add(conditions.unclear("its set may hold only sometimes"));
            }
        }

        private void verdicts(RuleJson vmap, List<Ruleset.Rule> read) {
            RuleJson key = vmap.need("key", "an expression");
            for (RuleJson pair : conditions.elements(vmap.need("data", "a map"))) {
                List<RuleJson> parts = pair.items();
                if (parts.size() != 2) {
                    throw pair.bad("a key and a verdict");
                }
                List<Condition> also = new ArrayList<>(when);
                also.add(conditions.equal(key, parts.get(0)));
                Map.Entry<String, RuleJson> only = parts.get(1).only("a verdict");
                verdict(only.getKey(), only.getValue(), also, read);
            }
        }

        private void verdict(String kind, RuleJson value, List<Condition> on, List<Ruleset.Rule> read) {
            switch (kind) {
                case "accept" -> add(read, on, Kind.ACCEPT, "");
                case "drop" -> add(read, on, Kind.REFUSE, "");
                case "reject" -> {
                    List<Condition> also = new ArrayList<>(on);
                    also.add(Condition.fixed(rejected(value)));
                    add(read, also, Kind.REFUSE, "");
                }
                case "return" -> add(read, on, Kind.RETURN, "");
                case "continue" -> add(read, on, Kind.CONTINUE, "");
                case "jump", "goto" -> {
                    String target = table + " " + name(value, "target");
                    if (!chains.containsKey(target)) {
                        throw value.bad("a chain of the same table");
                    }
                    add(read, on, kind.equals("jump") ? Kind.JUMP : Kind.GOTO, target);
                }
                default -> {
                    conditions.unclear("what '" + kind + "' does isn't known");
                    add(read, on, Kind.UNKNOWN, "");
                }
            }
        }

        /** A rejection by ICMP is for one family; nft doesn't list the condition that it makes of that. */
        private static Match rejected(RuleJson reject) {
            return switch (reject.get("type").flatMap(RuleJson::asText).orElse("")) {
                case "icmp" -> Match.exactly(World.all(Cidr.Family.IPV4));
                case "icmpv6" -> Match.exactly(World.all(Cidr.Family.IPV6));
                default -> Match.ALWAYS;
            };
        }

        private void add(List<Ruleset.Rule> read, List<Condition> on, Kind kind, String target) {
            String why = String.join("; ", conditions.reasons());
            read.add(new Ruleset.Rule(List.copyOf(on), kind, target, why.isEmpty() ? null : rule.unclear(why)));
        }
    }
}
