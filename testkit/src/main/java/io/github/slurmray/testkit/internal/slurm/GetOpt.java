package io.github.slurmray.testkit.internal.slurm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads a command line as getopt_long does: abbreviated long options, bundled short ones, and the same complaints.
 *
 * <p>The options are given as words: {@code job-name/J=} has a short form and needs a value, {@code requeue?} may have
 * one, {@code hold/H} has none. A word that begins with {@code !} is known to Slurm, but not to the emulation.
 */
final class GetOpt {
    private final String command;
    private final boolean stopsAtOperand;
    private final int complaintStatus;
    private final Map<String, Option> byLong = new TreeMap<>();
    private final Map<Character, Option> byShort = new LinkedHashMap<>();

    private enum Value {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    private record Option(String name, Value value, boolean supported) {}

    /** One option as it was given; the value is empty where there is none. */
    record Given(String name, String value) {}

    /** What stood on the line: the options in order, and the rest. */
    record Line(List<Given> options, List<String> operands) {
        boolean has(String name) {
            return options.stream().anyMatch(o -> o.name().equals(name));
        }

        /** The last value of an option. */
        String get(String name, String otherwise) {
            String value = otherwise;
            for (Given o : options) {
                value = o.name().equals(name) ? o.value() : value;
            }
            return value;
        }
    }

    /** A command line that can't be read; the command says so and ends. */
    static final class Misused extends Exception {
        private static final long serialVersionUID = 1;
        final int status;

        Misused(String text, int status) {
            super(text);
            this.status = status;
        }
    }

    /**
     * Makes a reader.
     *
     * @param stopsAtOperand whether everything after the first operand is an operand
     * @param complaintStatus the exit status after a complaint
     * @param words the options
     */
    GetOpt(String command, boolean stopsAtOperand, int complaintStatus, String... words) {
        this.command = command;
        this.stopsAtOperand = stopsAtOperand;
        this.complaintStatus = complaintStatus;
        for (String line : words) {
            for (String word : line.strip().split("\\s+", -1)) {
                boolean supported = !word.startsWith("!");
                Value value = word.endsWith("=") ? Value.REQUIRED : word.endsWith("?") ? Value.OPTIONAL : Value.NONE;
                String plain = word.replaceAll("[!=?]", "");
                int slash = plain.indexOf('/');
                Option option = new Option(slash < 0 ? plain : plain.substring(0, slash), value, supported);
                if (option.name().length() > 1) {
                    byLong.put(option.name(), option);
                }
                for (char letter : slash < 0
                        ? (plain.length() == 1 ? plain.toCharArray() : new char[0])
                        : plain.substring(slash + 1).toCharArray()) {
                    byShort.put(letter, option);
                }
            }
        }
    }

    Line parse(List<String> args) throws Misused {
        List<Given> options = new ArrayList<>();
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.equals("--")) {
                operands.addAll(args.subList(i + 1, args.size()));
                break;
            } else if (arg.startsWith("--")) {
                i = longOption(args, i, options);
            } else if (arg.startsWith("-") && arg.length() > 1) {
                i = shortOptions(args, i, options);
            } else if (stopsAtOperand) {
                operands.addAll(args.subList(i, args.size()));
                break;
            } else {
                operands.add(arg);
            }
        }
        return new Line(List.copyOf(options), List.copyOf(operands));
    }

    private int longOption(List<String> args, int i, List<Given> options) throws Misused {
        String arg = args.get(i);
        int eq = arg.indexOf('=');
        String typed = eq < 0 ? arg.substring(2) : arg.substring(2, eq);
        Option option = find(typed, arg);
        if (option.value() == Value.NONE && eq >= 0) {
            throw misused("option '--" + option.name() + "' doesn't allow an argument");
        }
        if (option.value() == Value.REQUIRED && eq < 0) {
            if (i + 1 == args.size()) {
                throw misused("option '--" + option.name() + "' requires an argument");
            }
            add(option, args.get(i + 1), "--" + option.name(), options);
            return i + 1;
        }
        add(option, eq < 0 ? "" : arg.substring(eq + 1), "--" + option.name(), options);
        return i;
    }

    private Option find(String typed, String arg) throws Misused {
        Option exact = byLong.get(typed);
        if (exact != null) {
            return exact;
        }
        List<Option> matching =
                byLong.values().stream().filter(o -> o.name().startsWith(typed)).toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.isEmpty()) {
            throw misused("unrecognized option '" + arg + "'");
        }
        throw misused("option '" + arg + "' is ambiguous; possibilities: "
                + matching.stream().map(o -> "'--" + o.name() + "'").collect(Collectors.joining(" ")));
    }

    private int shortOptions(List<String> args, int i, List<Given> options) throws Misused {
        String arg = args.get(i);
        for (int at = 1; at < arg.length(); at++) {
            char letter = arg.charAt(at);
            Option option = byShort.get(letter);
            if (option == null) {
                throw misused("invalid option -- '" + letter + "'");
            }
            String rest = arg.substring(at + 1);
            if (option.value() == Value.NONE) {
                add(option, "", "-" + letter, options);
            } else if (!rest.isEmpty() || option.value() == Value.OPTIONAL) {
                add(option, rest, "-" + letter, options);
                return i;
            } else if (i + 1 == args.size()) {
                throw misused("option requires an argument -- '" + letter + "'");
            } else {
                add(option, args.get(i + 1), "-" + letter, options);
                return i + 1;
            }
        }
        return i;
    }

    private void add(Option option, String value, String typed, List<Given> options) {
        if (!option.supported()) {
            throw new Unsupported(command + " " + typed);
        }
        options.add(new Given(option.name(), value));
    }

    private Misused misused(String complaint) {
        // sacct is the one that doesn't point to its help
        String help = command.equals("sacct") ? "" : "Try \"" + command + " --help\" for more information\n";
        return new Misused(command + ": " + complaint + "\n" + help, complaintStatus);
    }
}
