package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.NftablesSets.Elements;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Kind;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
    /** Hooks that no connection to the machine itself passes before a program has it. */
    private static final Set<String> OTHER_HOOKS = Set.of("forward", "output", "postrouting", "egress");

    private static final Set<String> FAMILIES = Set.of("ip", "ip6", "inet", "arp", "bridge", "netdev");
    private static final Set<String> OF_A_TABLE = Set.of("family", "name", "handle", "flags", "comment");
    private static final Set<String> OF_A_CHAIN =
            Set.of("family", "table", "name", "handle", "type", "hook", "prio", "dev", "policy", "comment");
    private static final List<String> OF_A_HOOK = List.of("type", "prio", "dev", "policy");
    private static final Set<String> OF_A_RULE =
            Set.of("family", "table", "chain", "handle", "index", "comment", "expr");
    /** More could make a ruleset larger than the memory, by maps that many rules look at. */
    private static final int MOST_RULES = 1_000_000;

    /**
     * Statements that change or note something that no condition which is understood looks at, and what they may have.
     * A map, in which a packet may have no value, isn't among that: it would end the rule.
     */
    private static final Map<String, Set<String>> WITHOUT_EFFECT = Map.of(
            "counter", Set.of("packets", "bytes"),
            "log", Set.of("prefix", "group", "snaplen", "queue-threshold", "level", "flags"),
            "last", Set.of("used"),
            "ct helper", Set.of(),
            "ct timeout", Set.of(),
            "ct expectation", Set.of());
    /** Statements that hold only sometimes. */
    private static final Set<String> LIMITS = Set.of("limit", "quota", "ct count", "meter");

    /** A chain that a hook starts. */
    private record Hooked(String chain, int hook, int priority, CidrSet sees, boolean accepts) {}

    private final Ruleset.Builder ruleset = new Ruleset.Builder(FORMAT);
    private final NftablesSets sets = new NftablesSets();
    /** The tables, and whether they sleep. */
    private final Map<String, Boolean> tables = new HashMap<>();

    private final Map<String, List<RuleJson>> rules = new LinkedHashMap<>();
    private final Map<String, RuleJson> chains = new LinkedHashMap<>();
    private int read;

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
            if (chain.get("hook").isPresent() && !tables.getOrDefault(table(chain), false)) {
                hooked(name, chain, hooked);
            }
        });
        hooked.sort(Comparator.comparingInt(Hooked::hook).thenComparingInt(Hooked::priority));
        hooked.forEach(h -> ruleset.base(new Ruleset.Base(h.chain(), h.sees(), h.accepts())));
        return ruleset.build();
    }

    private void object(String kind, RuleJson object) {
        switch (kind) {
            case "metainfo" -> {
                if (object.get("json_schema_version").map(v -> v.number("1")).orElse(1) != 1) {
                    throw object.bad("version 1 of the JSON of nft");
                }
            }
            case "table" -> {
                object.withOnly(OF_A_TABLE);
                if (!FAMILIES.contains(name(object, "family"))) {
                    throw object.bad("a table of one of the families " + FAMILIES);
                }
                String table = name(object, "family") + " " + name(object, "name");
                if (tables.putIfAbsent(table, sleeps(object)) != null) {
                    throw object.bad("a table that isn't there yet");
                }
            }
            case "chain" -> {
                String chain = table(object) + " " + name(object, "name");
                declared(object).withOnly(OF_A_CHAIN);
                if (object.get("hook").isEmpty() && OF_A_HOOK.stream().anyMatch(object::has)) {
                    throw object.missing("hook", "the hook of a chain that has one of " + OF_A_HOOK);
                }
                if (chains.putIfAbsent(chain, object) != null) {
                    throw object.bad("a chain that isn't there yet");
                }
                rules.put(chain, new ArrayList<>());
            }
            case "rule" -> {
                List<RuleJson> chain = rules.get(table(object) + " " + name(object, "chain"));
                if (chain == null) {
                    throw object.bad("a rule of a chain that stands before it");
                }
                chain.add(object.withOnly(OF_A_RULE));
            }
            case "set", "map" -> sets.add(table(object) + " " + name(object, "name"), declared(object));
            default -> {
                if (!WITHOUT_MEANING_HERE.contains(kind)) {
                    throw object.bad("an object of a ruleset");
                }
            }
        }
    }

    private static boolean sleeps(RuleJson table) {
        boolean sleeps = false;
        for (RuleJson flag : table.get("flags").map(RuleJson::itemsOrSelf).orElse(List.of())) {
            switch (flag.asText().orElse("")) {
                case "dormant" -> sleeps = true;
                case "owner", "persist" -> {}
                default -> throw flag.bad("dormant, owner or persist");
            }
        }
        return sleeps;
    }

    private RuleJson declared(RuleJson object) {
        if (!tables.containsKey(table(object))) {
            throw object.bad("something of a table that stands before it");
        }
        return object;
    }

    private static String name(RuleJson object, String key) {
        return object.need(key, "a name").text("a name");
    }

    private static String table(RuleJson object) {
        return name(object, "family") + " " + name(object, "table");
    }

    private void hooked(String name, RuleJson chain, List<Hooked> into) {
        String at = name(chain, "hook");
        int hook = HOOKS.indexOf(at);
        if (hook < 0 && !OTHER_HOOKS.contains(at)) {
            throw chain.need("hook", "a hook").bad("one of the hooks " + HOOKS + " or " + OTHER_HOOKS);
        }
        CidrSet sees = switch (name(chain, "family")) {
            case "ip" -> World.all(Cidr.Family.IPV4);
            case "ip6" -> World.all(Cidr.Family.IPV6);
            case "arp" -> CidrSet.NONE;
            default -> CidrSet.ALL;
        };
        if (hook >= 0) {
            int priority = chain.need("prio", "a number").number("a number");
            into.add(new Hooked(name, hook, priority, sees, accepts(chain) || isOfAnInterface(chain)));
        }
    }

    private static boolean accepts(RuleJson chain) {
        RuleJson policy = chain.need("policy", "accept or drop");
        return switch (policy.asText().orElse("")) {
            case "accept" -> true;
            case "drop" -> false;
            default -> throw policy.bad("accept or drop");
        };
    }

    /** Whether only the packets of some interface come by, and who knows which the sites' are. */
    private static boolean isOfAnInterface(RuleJson chain) {
        return name(chain, "hook").equals("ingress")
                || Set.of("netdev", "bridge").contains(name(chain, "family"));
    }

    private List<Ruleset.Rule> rulesOf(String name, RuleJson chain) {
        List<RuleJson> of = rules.getOrDefault(name, List.of());
        if (chain.get("hook").isPresent() && isOfAnInterface(chain)) {
            return of.isEmpty() && accepts(chain)
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
            this.conditions = new NftablesConditions(ruleset::ports, sets, table);
        }

        void into(List<Ruleset.Rule> read) {
            for (RuleJson statement : rule.need("expr", "a list of statements").items()) {
                Map.Entry<String, RuleJson> only = statement.only("a statement");
                String kind = only.getKey();
                RuleJson value = only.getValue();
                if (kind.equals("match")) {
                    when.add(conditions.match(value));
                } else if (kind.equals("vmap")) {
                    if (!verdicts(value, read)) {
                        return;
                    }
                } else if (kind.equals("mangle")) {
                    if (value.need("key", "an expression").has("payload")) {
                        conditions.unclear("it changes the packet");
                        add(read, when, Kind.UNKNOWN, "");
                        return;
                    }
                    mangled(value);
                } else if (kind.equals("set") || kind.equals("map")) {
                    noted(value);
                } else if (LIMITS.contains(kind)) {
                    when.add(conditions.unclear("'" + kind + "' holds only sometimes"));
                } else if (WITHOUT_EFFECT.containsKey(kind)) {
                    if (!value.isScalar() && !value.hasOnly(WITHOUT_EFFECT.getOrDefault(kind, Set.of()))) {
                        when.add(conditions.unclear("its '" + kind + "' has something that isn't known"));
                    }
                } else if (!kind.equals("continue") || !value.isNull()) {
                    verdict(kind, value, when, read);
                    return;
                }
            }
        }

        /** A mark or the like is set, and the rule goes on if the packet has what is set, and what it is set to. */
        private void mangled(RuleJson mangle) {
            RuleJson key = mangle.need("key", "an expression");
            RuleJson value = mangle.need("value", "an expression");
            boolean has = NftablesConditions.name(key).isPresent()
                    && (value.isScalar()
                            || NftablesConditions.name(value)
                                    .filter(Set.of("meta mark", "ct mark")::contains)
                                    .isPresent());
            if (!has || !mangle.hasOnly("key", "value")) {
                when.add(conditions.unclear("not every packet may have what it sets"));
            }
        }

        /** An element that a packet adds to a set, which it can only if it has one, and perhaps not too often. */
        private void noted(RuleJson statement) {
            when.add(conditions.present(statement.need("elem", "an expression")));
            RuleJson set = statement
                    .get("set")
                    .or(() -> statement.get("map"))
                    .orElseThrow(() -> statement.missing("set", "a set"));
            if (!statement.hasOnly("op", "elem", "set", "map", "data")) {
                when.add(conditions.unclear("its set may hold only sometimes"));
            } else if (sets.isFull(table, set)) {
                when.add(conditions.unclear("its set is full"));
            }
        }

        /** Reads the verdicts of a map, and tells whether the rule may go on: a packet without a verdict leaves it. */
        private boolean verdicts(RuleJson vmap, List<Ruleset.Rule> read) {
            RuleJson key = vmap.need("key", "an expression");
            Elements map = conditions.elements(vmap.need("data", "a map"));
            if (map.unclear().isPresent() || !vmap.hasOnly("key", "data")) {
                when.add(conditions.unclear(map.unclear().orElse("its map has something that isn't known")));
                add(read, when, Kind.UNKNOWN, "");
                return false;
            }
            List<Condition> known = new ArrayList<>();
            List<Condition> on = new ArrayList<>();
            for (RuleJson pair : map.values()) {
                Map.Entry<String, RuleJson> verdict = verdict(pair);
                RuleJson value = NftablesSets.bare(pair.items().get(0)).orElseThrow();
                Condition equal = conditions.equal(key, value);
                known.add(equal);
                verdict(verdict, equal, on, read);
            }
            map.others().ifPresent(pair -> verdict(verdict(pair), conditions.otherwise(key, known), on, read));
            when.add(Condition.any(on));
            return !on.isEmpty();
        }

        private static Map.Entry<String, RuleJson> verdict(RuleJson pair) {
            List<RuleJson> parts = pair.items();
            if (parts.size() != 2) {
                throw pair.bad("a key and a verdict");
            }
            return parts.get(1).only("a verdict");
        }

        private void verdict(
                Map.Entry<String, RuleJson> verdict, Condition also, List<Condition> on, List<Ruleset.Rule> read) {
            if (verdict.getKey().equals("continue") && verdict.getValue().isNull()) {
                on.add(also);
                return;
            }
            List<Condition> all = new ArrayList<>(when);
            all.add(also);
            verdict(verdict.getKey(), verdict.getValue(), all, read);
        }

        private void verdict(String kind, RuleJson value, List<Condition> on, List<Ruleset.Rule> read) {
            if (Set.of("accept", "drop", "return").contains(kind) && !value.isNull()) {
                throw value.bad("nothing beside '" + kind + "'");
            }
            switch (kind) {
                case "accept" -> add(read, on, Kind.ACCEPT, "");
                case "drop" -> add(read, on, Kind.REFUSE, "");
                case "reject" -> {
                    List<Condition> also = new ArrayList<>(on);
                    also.add(rejected(value));
                    add(read, also, Kind.REFUSE, "");
                }
                case "return" -> add(read, on, Kind.RETURN, "");
                case "jump", "goto" -> {
                    String target = table + " " + name(value, "target");
                    if (!chains.containsKey(target) || !value.hasOnly("target")) {
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
        private Condition rejected(RuleJson reject) {
            String type = reject.get("type").map(t -> t.text("a type")).orElse("");
            if (!reject.isNull() && !reject.hasOnly("type", "expr")) {
                type = "unknown";
            }
            return switch (type) {
                case "icmp" -> Condition.fixed(Match.exactly(World.all(Cidr.Family.IPV4)));
                case "icmpv6" -> Condition.fixed(Match.exactly(World.all(Cidr.Family.IPV6)));
                case "", "icmpx", "tcp reset" -> Condition.fixed(Match.ALWAYS);
                default -> conditions.unclear("its rejection isn't known");
            };
        }

        private void add(List<Ruleset.Rule> read, List<Condition> on, Kind kind, String target) {
            if (++NftablesReader.this.read > MOST_RULES) {
                throw rule.bad("at most " + MOST_RULES + " rules, with the verdicts of the maps that they look at");
            }
            String why = String.join("; ", conditions.reasons());
            read.add(new Ruleset.Rule(List.copyOf(on), kind, target, why.isEmpty() ? null : rule.unclear(why)));
        }
    }
}
