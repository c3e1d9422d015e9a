package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.GetOpt.Given;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.List;

/** The #SBATCH lines of a script. */
final class Directives {
    private static final String MAGIC = "#SBATCH";

    private Directives() {}

    /**
     * Reads them up to the first line that is neither empty nor a comment.
     *
     * @param name of the script, for complaints
     */
    static List<Given> of(String script, String name) throws Misused {
        List<Given> all = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) script.lines()::iterator) {
            number++;
            if (line.startsWith(MAGIC)
                    && line.length() > MAGIC.length()
                    && Character.isWhitespace(line.charAt(MAGIC.length()))) {
                all.addAll(SbatchOptions.SYNTAX
                        .parse(words(line.substring(MAGIC.length()), name + ": line " + number))
                        .options());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                break;
            }
        }
        return all;
    }

    /** Splits as sbatch does: quotes of both kinds, a backslash before any character, a comment after a hash. */
    static List<String> words(String line, String place) throws Misused {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        int rest = 0;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                    rest = i;
                }
            } else if (c == '#') {
                break;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new Misused(
                    "sbatch: fatal: " + place + ": Unmatched `" + quote + "` in [" + line.substring(rest) + "]\n", 1);
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
