package io.github.slurmray.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The options of a benchmark's script: {@code --quick}, {@code --docs}, and {@code --name=value} for its own. */
record Options(boolean quick, boolean docs, Map<String, String> values) {
    static Options of(Set<String> known, String... args) {
        boolean quick = false;
        boolean docs = false;
        Map<String, String> values = new LinkedHashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (arg.equals("--quick")) {
                quick = true;
            } else if (arg.equals("--docs")) {
                docs = true;
            } else if (pair.length == 2 && pair[0].startsWith("--") && known.contains(pair[0].substring(2))) {
                values.put(pair[0].substring(2), pair[1]);
            } else {
                System.err.println("unknown option " + arg + "; there are --quick, --docs"
                        + String.join(
                                "", known.stream().map(k -> ", --" + k + "=…").toList()));
                System.exit(2);
            }
        }
        return new Options(quick, docs, Map.copyOf(values));
    }

    int number(String name, int otherwise) {
        return values.containsKey(name) ? Integer.parseInt(values.getOrDefault(name, "")) : otherwise;
    }

    List<String> list(String name, List<String> otherwise) {
        return values.containsKey(name) ? List.of(values.getOrDefault(name, "").split(",", -1)) : otherwise;
    }
}
