package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    /** Protocols over IP whose fields a TCP packet doesn't have. */
    private static final Set<String> OTHER_HEADERS =
            Set.of("udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "ah", "esp", "comp", "gre", "arp");

    private static final String FLAGS = "payload tcp flags";
    private static final Set<String> FLAG_NAMES = Set.of("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr");

    private final Ports ports;
    private final Function<String, @Nullable RuleJson> sets;
    private final Set<String> reasons = new LinkedHashSet<>();

    NftablesConditions(Ports ports, Function<String, @Nullable RuleJson> sets) {
        this.ports = ports;
        this.sets = sets;
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
        Optional<Set<String>> flags = flagsOfNew(left);
        if (flags.isPresent()) {
            return flags(flags.get(), op, right);
        }
        if (op.equals("==") && right.isObject() && right.get("|").isPresent()) {
            return unclear("it compares several bits");
        }
        return switch (op) {
            case "==", "in" -> anyOf(left, elements(right));
            case "!=" -> noneOf(left, elements(right));
            case "<", ">", "<=", ">=" -> compared(left, op, right);
            default -> unclear("its operator '" + op + "' isn't known");
        };
    }

    /** The condition that an expression has a value. */
    Condition equal(RuleJson left, RuleJson value) {
        return anyOf(left, List.of(bare(value)));
    }

    /** The condition that a packet has what an expression is about. */
    Condition present(RuleJson left) {
        Match within = field(bare(left)).within();
        return within.equals(Match.MAYBE) ? unclear("it depends on " + left) : Condition.fixed(within);
    }

    private Condition anyOf(RuleJson left, List<RuleJson> values) {
        Field field = field(left);
        Condition any = field.any().apply(values);
        return port -> field.within().and(any.on(port));
    }

    // a packet without the field doesn't match either
    private Condition noneOf(RuleJson left, List<RuleJson> values) {
        Field field = field(left);
        Condition any = field.any().apply(values);
        return port -> field.within().and(any.on(port).not());
    }

    private Condition compared(RuleJson left, String op, RuleJson right) {
        OptionalInt number = right.asInt();
        if (!isDestinationPort(left) || number.isEmpty()) {
            return unclear("it compares " + left);
        }
        int n = number.getAsInt();
        return switch (op) {
            case "<" -> ports.between(0, n - 1);
            case "<=" -> ports.between(0, n);
            case ">" -> ports.between(n + 1, HIGHEST_PORT);
            default -> ports.between(n, HIGHEST_PORT);
        };
    }

    /** The values of a set with or without a name, of a list of bits, or the one value. */
    List<RuleJson> elements(RuleJson values) {
        Optional<String> name = values.asText().filter(text -> text.startsWith("@"));
        if (name.isPresent()) {
            RuleJson set = sets.apply(name.get().substring(1));
            if (set == null) {
                throw values.bad("a set or map of the same table");
            }
            return set.get("elem").map(NftablesConditions::plain).orElse(List.of());
        }
        return plain(
                values.isObject() ? values.get("set").or(() -> values.get("|")).orElse(values) : values);
    }

    private static List<RuleJson> plain(RuleJson values) {
        return values.itemsOrSelf().stream().map(NftablesConditions::bare).toList();
    }

    /** An element without its time-out or comment; a map has pairs of them. */
    private static RuleJson bare(RuleJson element) {
        return element.isObject()
                ? element.get("elem").flatMap(e -> e.get("val")).orElse(element)
                : element;
    }

    private Field field(RuleJson left) {
        Optional<String> name = name(left);
        if (name.isEmpty()) {
            return left.isObject() && left.get("concat").isPresent()
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
    private static Optional<String> name(RuleJson left) {
        if (!left.isObject()) {
            return Optional.empty();
        }
        Optional<String> payload = left.get("payload")
                .filter(p -> p.get("field").isPresent())
                .map(p -> "payload " + text(p, "protocol") + " " + text(p, "field"));
        return payload.or(() -> left.get("meta").map(m -> "meta " + text(m, "key")))
                .or(() -> left.get("ct").filter(ct -> ct.get("dir").isEmpty()).map(ct -> "ct " + text(ct, "key")));
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
            List<RuleJson> values =
                    value.isObject() ? value.get("concat").map(RuleJson::items).orElse(List.of()) : List.of();
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
                Optional<CidrSet> network = addresses(value);
                if (network.isEmpty()) {
                    return unclear("its source " + value + " isn't an address, a network or a range");
                }
                networks.add(network.get());
            }
            return Condition.fixed(Match.exactly(CidrSet.union(networks).and(World.all(family))));
        });
    }

    private static Optional<CidrSet> addresses(RuleJson value) {
        try {
            if (value.asText().isPresent()) {
                return Optional.of(CidrSet.of(Cidr.parseMasked(value.asText().get())));
            }
            if (value.isObject() && value.get("prefix").isPresent()) {
                RuleJson prefix = value.get("prefix").get();
                return Optional.of(CidrSet.of(Cidr.parseMasked(text(prefix, "addr") + "/"
                        + prefix.need("len", "a number").number("a number"))));
            }
            if (value.isObject() && value.get("range").isPresent()) {
                List<String> ends = value.get("range").get().items().stream()
                        .map(end -> end.text("an address"))
                        .toList();
                return ends.size() != 2
                        ? Optional.empty()
                        : Optional.of(CidrSet.between(Cidr.parseMasked(ends.get(0)), Cidr.parseMasked(ends.get(1))));
            }
        } catch (IllegalArgumentException e) {
            throw value.bad("an address, a network or a range", e);
        }
        return Optional.empty();
    }

    private Condition port(RuleJson value) {
        if (value.asInt().isPresent()) {
            return ports.between(value.asInt().getAsInt(), value.asInt().getAsInt());
        }
        if (value.isObject() && value.get("range").isPresent()) {
            List<RuleJson> ends = value.get("range").get().items();
            if (ends.size() == 2
                    && ends.get(0).asInt().isPresent()
                    && ends.get(1).asInt().isPresent()) {
                return ports.between(
                        ends.get(0).asInt().getAsInt(), ends.get(1).asInt().getAsInt());
            }
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
        List<RuleJson> parts = left.isObject()
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
        List<RuleJson> bits = (value.isObject() ? value.get("|").orElse(value) : value).itemsOrSelf();
        Set<String> words = bits.stream().flatMap(v -> v.asText().stream()).collect(Collectors.toSet());
        return words.size() == bits.size() && FLAG_NAMES.containsAll(words) ? Optional.of(words) : Optional.empty();
    }
}
