package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.NftablesSets.Elements;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The expressions of one nftables rule, as conditions on the first packet of a TCP connection from outside: a SYN, new
 * to the connection tracker, that doesn't come through the loopback interface.
 */
final class NftablesConditions {
    /** What makes the condition that a port is in a range. */
    interface Ports {
        Condition between(int first, int last);
    }

    /** A part of a packet: what has to hold for the packet to have it, and how it is compared with values. */
    private record Field(Match within, Function<List<RuleJson>, Condition> any) {}

    private static final int HIGHEST_PORT = 65_535;
    private static final String A_PORT = "a port from 0 to " + HIGHEST_PORT;
    /** Protocols over IP whose fields a TCP packet doesn't have. */
    private static final Set<String> OTHER_HEADERS =
            Set.of("udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "ah", "esp", "comp", "gre", "arp");

    private static final String FLAGS = "payload tcp flags";
    private static final Set<String> FLAG_NAMES = Set.of("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr");

    private final Ports ports;
    private final NftablesSets sets;
    private final String table;
    private final Set<String> reasons = new LinkedHashSet<>();

    NftablesConditions(Ports ports, NftablesSets sets, String table) {
        this.ports = ports;
        this.sets = sets;
        this.table = table;
    }

    /** What wasn't understood so far. */
    Set<String> reasons() {
        return reasons;
    }

    Condition unclear(String why) {
        reasons.add(why);
        return Condition.fixed(Match.MAYBE);
    }

    /** The condition of a match statement. */
    Condition match(RuleJson match) {
        String op = match.need("op", "an operator").text("an operator");
        RuleJson left = match.need("left", "an expression");
        RuleJson right = match.need("right", "an expression");
        if (!match.hasOnly("op", "left", "right")) {
            return unclear("it has more than two sides to compare");
        }
        Optional<Set<String>> flags = flagsOfNew(left);
        if (flags.isPresent()) {
            return flags(flags.get(), op, right);
        }
        boolean isState = name(left).filter("ct state"::equals).isPresent();
        boolean isSet = right.hasOnly("set") || right.asText().orElse("").startsWith("@");
        if (right.isArray() || right.has("|")) {
            if (isState && op.equals("!=") && right.hasOnly("|")) {
                // a packet has one state, so never just these together
                List<Condition> states = right.get("|").orElseThrow().items().stream()
                        .map(this::state)
                        .toList();
                return states.size() > 1
                        ? Condition.fixed(Match.ALWAYS)
                        : Condition.all(states).not();
            }
            if (!isState || !op.equals("in")) {
                return unclear("it compares several bits");
            }
        }
        return switch (op) {
            case "==" -> anyOf(left, elements(right));
            case "!=" -> noneOf(left, elements(right));
            // of a value it's about single bits
            case "in" -> isState || isSet ? anyOf(left, elements(right)) : unclear("it compares bits of " + left);
            case "<", ">", "<=", ">=" -> compared(left, op, right);
            default -> unclear("its operator '" + op + "' isn't known");
        };
    }

    /** The condition that an expression has a value. */
    Condition equal(RuleJson left, RuleJson value) {
        Field field = field(left);
        return Condition.all(
                List.of(Condition.fixed(field.within()), field.any().apply(List.of(value))));
    }

    /** The condition that a packet has what an expression is about, but with another value than these. */
    Condition otherwise(RuleJson left, List<Condition> values) {
        return Condition.all(List.of(
                Condition.fixed(field(left).within()), Condition.any(values).not()));
    }

    /** The condition that a packet has what an expression is about. */
    Condition present(RuleJson left) {
        Match within =
                NftablesSets.bare(left).map(this::field).map(Field::within).orElse(Match.MAYBE);
        return within.equals(Match.MAYBE) ? unclear("it depends on " + left) : Condition.fixed(within);
    }

    private Condition anyOf(RuleJson left, Elements values) {
        return holds(left, values, false);
    }

    // a packet without the field doesn't match either
    private Condition noneOf(RuleJson left, Elements values) {
        return holds(left, values, true);
    }

    /** What was read of a set for some expression. */
    record Read(Condition condition, Set<String> reasons) {}

    private Condition holds(RuleJson left, Elements values, boolean not) {
        if (values.name().isEmpty()) {
            return read(left, values, not);
        }
        Read read = sets.once(values.name() + " " + not + " " + left.json(), () -> {
            NftablesConditions alone = new NftablesConditions(ports, sets, table);
            return new Read(alone.read(left, values, not), alone.reasons);
        });
        reasons.addAll(read.reasons());
        return read.condition();
    }

    private Condition read(RuleJson left, Elements values, boolean not) {
        Field field = field(left);
        Condition any = values.unclear()
                .map(this::unclear)
                .orElseGet(() -> values.others().isPresent()
                        ? Condition.fixed(Match.ALWAYS)
                        : field.any().apply(values.values()));
        return Condition.all(List.of(Condition.fixed(field.within()), not ? any.not() : any));
    }

    private Condition compared(RuleJson left, String op, RuleJson right) {
        if (!isDestinationPort(left) || right.asInt().isEmpty()) {
            return unclear("it compares " + left);
        }
        int n = number(right);
        return switch (op) {
            case "<" -> ports.between(0, n - 1);
            case "<=" -> ports.between(0, n);
            case ">" -> ports.between(n + 1, HIGHEST_PORT);
            default -> ports.between(n, HIGHEST_PORT);
        };
    }

    private static int number(RuleJson port) {
        int n = port.number(A_PORT);
        if (n < 0 || n > HIGHEST_PORT) {
            throw port.bad(A_PORT);
        }
        return n;
    }

    /** The values of a set with or without a name, of a list of bits, or the one value. */
    Elements elements(RuleJson values) {
        if (values.asText().filter(text -> text.startsWith("@")).isPresent()) {
            return sets.named(table, values);
        }
        if (values.hasOnly("set") && values.get("set").isPresent()) {
            return NftablesSets.elements("", values.get("set").get().itemsOrSelf());
        }
        return new Elements("", values.itemsOrSelf(), Optional.empty(), Optional.empty());
    }

    private Field field(RuleJson left) {
        Optional<String> name = name(left);
        if (name.isEmpty()) {
            return left.hasOnly("concat") && left.get("concat").isPresent()
                    ? concatenation(left.get("concat").get())
                    : unknown(left);
        }
        return switch (name.get()) {
            case "payload ip saddr" -> source(Cidr.Family.IPV4);
            case "payload ip6 saddr" -> source(Cidr.Family.IPV6);
            case "payload tcp dport", "payload th dport" -> each(Match.ALWAYS, this::port);
            case "payload ip protocol" -> each(within(Cidr.Family.IPV4), this::protocol);
            case "payload ip6 nexthdr" -> each(within(Cidr.Family.IPV6), this::protocol);
            case "meta l4proto" -> each(Match.ALWAYS, this::protocol);
            case "meta nfproto", "meta protocol" -> each(Match.ALWAYS, this::family);
            case "meta iif", "meta iifname" -> each(Match.ALWAYS, this::networkInterface);
            case "ct state" -> each(Match.ALWAYS, this::state);
            default -> {
                String header = name.get().split(" ", -1)[1];
                yield name.get().startsWith("payload") && OTHER_HEADERS.contains(header)
                        ? new Field(Match.NEVER, values -> Condition.fixed(Match.NEVER))
                        : unknown(left);
            }
        };
    }

    /** Such as "payload tcp dport" or "meta l4proto". */
    static Optional<String> name(RuleJson left) {
        if (left.hasOnly("payload")) {
            return left.get("payload")
                    .filter(p -> p.hasOnly("protocol", "field") && p.has("field"))
                    .map(p -> "payload " + text(p, "protocol") + " " + text(p, "field"));
        }
        for (String kind : List.of("meta", "ct")) {
            if (left.hasOnly(kind)) {
                return left.get(kind).filter(e -> e.hasOnly("key")).map(e -> kind + " " + text(e, "key"));
            }
        }
        return Optional.empty();
    }

    private static String text(RuleJson object, String key) {
        return object.need(key, "a name").text("a name");
    }

    private static boolean isDestinationPort(RuleJson left) {
        return name(left)
                .filter(n -> n.equals("payload tcp dport") || n.equals("payload th dport"))
                .isPresent();
    }

    private static Match within(Cidr.Family family) {
        return Match.exactly(World.all(family));
    }

    private Field unknown(RuleJson left) {
        return new Field(Match.MAYBE, values -> unclear("it depends on " + left));
    }

    private Field each(Match within, Function<RuleJson, Condition> equal) {
        return new Field(within, values -> {
            List<Condition> any = values.stream().map(equal).toList();
            return any.size() == 1 ? any.get(0) : Condition.any(any);
        });
    }

    private Field concatenation(RuleJson parts) {
        List<Field> fields = parts.items().stream().map(this::field).toList();
        Match within = fields.stream().map(Field::within).reduce(Match.ALWAYS, Match::and);
        return each(within, value -> {
            List<RuleJson> values = value.hasOnly("concat")
                    ? value.get("concat").map(RuleJson::items).orElse(List.of())
                    : List.of();
            if (values.size() != fields.size()) {
                return unclear("its value " + value + " isn't a concatenation of " + fields.size());
            }
            List<Condition> all = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                all.add(fields.get(i).any().apply(List.of(values.get(i))));
            }
            return Condition.all(all);
        });
    }

    private Field source(Cidr.Family family) {
        return new Field(within(family), values -> {
            // all at once, since there may be very many
            List<CidrSet> networks = new ArrayList<>();
            for (RuleJson value : values) {
                Optional<CidrSet> network = addresses(family, value);
                if (network.isEmpty()) {
                    return unclear("its source " + value + " isn't an address, a network or a range");
                }
                networks.add(network.get());
            }
            return Condition.fixed(Match.exactly(CidrSet.union(networks)));
        });
    }

    private static Optional<CidrSet> addresses(Cidr.Family family, RuleJson value) {
        try {
            if (value.asText().isPresent()) {
                return Optional.of(CidrSet.of(address(family, value)));
            }
            if (value.hasOnly("prefix") && value.get("prefix").isPresent()) {
                RuleJson prefix = value.get("prefix").get();
                Cidr first = address(family, prefix.need("addr", "an address"));
                int length = prefix.need("len", "a number").number("a number");
                return prefix.hasOnly("addr", "len")
                        ? Optional.of(
                                CidrSet.of(Cidr.parseMasked(first.toString().replaceFirst("/.*", "") + "/" + length)))
                        : Optional.empty();
            }
            if (value.hasOnly("range") && value.get("range").isPresent()) {
                List<RuleJson> ends = value.get("range").get().items();
                return ends.size() != 2
                        ? Optional.empty()
                        : Optional.of(CidrSet.between(address(family, ends.get(0)), address(family, ends.get(1))));
            }
        } catch (IllegalArgumentException e) {
            throw value.bad("an address, a network or a range of " + family, e);
        }
        return Optional.empty();
    }

    private static Cidr address(Cidr.Family family, RuleJson value) {
        Cidr address = Cidr.parseMasked(value.text("an address"));
        if (address.family() != family || address.length() != family.bits()) {
            throw new IllegalArgumentException(address + " isn't an address of " + family);
        }
        return address;
    }

    private Condition port(RuleJson value) {
        if (value.asInt().isPresent()) {
            return ports.between(number(value), number(value));
        }
        if (value.hasOnly("range") && value.get("range").isPresent()) {
            List<RuleJson> ends = value.get("range").get().items();
            if (ends.size() != 2 || number(ends.get(0)) > number(ends.get(1))) {
                throw value.bad("a range of ports that goes up");
            }
            return ports.between(number(ends.get(0)), number(ends.get(1)));
        }
        return unclear("its port " + value + " isn't a number or a range");
    }

    private Condition protocol(RuleJson value) {
        String name = value.asText().orElse(value.json());
        return Protocols.isTcp(name)
                ? Condition.fixed(Match.ALWAYS)
                : Protocols.isOther(name)
                        ? Condition.fixed(Match.NEVER)
                        : unclear("its protocol " + value + " isn't known");
    }

    private Condition family(RuleJson value) {
        return switch (value.asText().orElse("")) {
            case "ipv4", "ip" -> Condition.fixed(within(Cidr.Family.IPV4));
            case "ipv6", "ip6" -> Condition.fixed(within(Cidr.Family.IPV6));
            default -> unclear("its protocol " + value + " isn't IPv4 or IPv6");
        };
    }

    private Condition networkInterface(RuleJson value) {
        return value.asText().orElse("").equals("lo")
                ? Condition.fixed(Match.NEVER)
                : unclear("it depends on whether connections come through interface " + value);
    }

    private Condition state(RuleJson value) {
        return switch (value.asText().orElse("")) {
            case "new" -> Condition.fixed(Match.ALWAYS);
            case "established", "related", "invalid", "untracked" -> Condition.fixed(Match.NEVER);
            default -> unclear("its state " + value + " isn't known");
        };
    }

    /** The flags of a SYN, or those that a mask leaves of them; empty if it's about something else. */
    private static Optional<Set<String>> flagsOfNew(RuleJson left) {
        if (name(left).filter(FLAGS::equals).isPresent()) {
            return Optional.of(Set.of("syn"));
        }
        List<RuleJson> parts = left.hasOnly("&")
                ? left.get("&").filter(RuleJson::isArray).map(RuleJson::items).orElse(List.of())
                : List.of();
        if (parts.size() != 2 || name(parts.get(0)).filter(FLAGS::equals).isEmpty()) {
            return Optional.empty();
        }
        return words(parts.get(1)).map(mask -> mask.contains("syn") ? Set.of("syn") : Set.of());
    }

    private Condition flags(Set<String> set, String op, RuleJson right) {
        Optional<Set<String>> bits = words(right);
        if (bits.isEmpty()) {
            return unclear("it compares flags with " + right);
        }
        boolean same = bits.get().equals(set);
        boolean some = bits.get().stream().anyMatch(set::contains);
        return switch (op) {
            case "==" -> Condition.fixed(same ? Match.ALWAYS : Match.NEVER);
            case "!=" -> Condition.fixed(same ? Match.NEVER : Match.ALWAYS);
            case "in" -> Condition.fixed(some ? Match.ALWAYS : Match.NEVER);
            case "!" -> Condition.fixed(some ? Match.NEVER : Match.ALWAYS);
            default -> unclear("its operator '" + op + "' isn't known");
        };
    }

    /** Flags by name, however nft groups them; empty if some have no name. */
    private static Optional<Set<String>> words(RuleJson value) {
        List<RuleJson> bits = (value.hasOnly("|") ? value.get("|").orElse(value) : value).itemsOrSelf();
        Set<String> words = bits.stream().flatMap(v -> v.asText().stream()).collect(Collectors.toSet());
        return words.size() == bits.size() && FLAG_NAMES.containsAll(words) ? Optional.of(words) : Optional.empty();
    }
}
