package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Shell;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The body of the batch script: the plan's settings as shell assignments, and the program that is always the same. */
final class LaunchScript {
    private static final String PROGRAM = Scripts.read("cluster.sh");

    private final StringBuilder text = new StringBuilder();

    LaunchScript comment(String line) {
        text.append("# ").append(line.replaceAll("\\p{Cntrl}", " ")).append('\n');
        return this;
    }

    LaunchScript set(String name, String value) {
        text.append(name).append('=').append(Shell.quote(value)).append('\n');
        return this;
    }

    LaunchScript set(String name, long value) {
        return set(name, String.format(Locale.ROOT, "%d", value));
    }

    LaunchScript set(String name, List<String> values) {
        text.append(name)
                .append('=')
                .append(values.stream().map(Shell::quote).collect(Collectors.joining(" ", "(", ")")))
                .append('\n');
        return this;
    }

    /** A path whose variables the shell fills in; the site's file lets no other special sign through. */
    LaunchScript setExpanded(String name, String path) {
        text.append(name).append("=\"").append(path).append("\"\n");
        return this;
    }

    String body() {
        return text + "\n" + PROGRAM;
    }
}
