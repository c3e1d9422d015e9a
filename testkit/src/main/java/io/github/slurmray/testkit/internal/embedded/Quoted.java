package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.core.Shell;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Several words as bash reads them back, each quoted by core's one function for that. */
final class Quoted {
    private Quoted() {}

    static String words(List<String> texts) {
        return texts.stream().map(Shell::quote).collect(Collectors.joining(" "));
    }

    static String assignments(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(e -> Shell.quote(e.getKey() + "=" + e.getValue()))
                .collect(Collectors.joining(" "));
    }
}
