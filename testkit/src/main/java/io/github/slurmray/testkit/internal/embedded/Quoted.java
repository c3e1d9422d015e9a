package io.github.slurmray.testkit.internal.embedded;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Words as bash reads them back: pure functions. Any byte but NUL may stand in them. */
final class Quoted {
    private Quoted() {}

    static String word(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    static String words(List<String> texts) {
        return texts.stream().map(Quoted::word).collect(Collectors.joining(" "));
    }

    static String assignments(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(e -> word(e.getKey() + "=" + e.getValue()))
                .collect(Collectors.joining(" "));
    }
}
