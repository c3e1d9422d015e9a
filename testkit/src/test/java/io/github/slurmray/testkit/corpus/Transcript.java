package io.github.slurmray.testkit.corpus;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.ArrayList;
import java.util.List;

/** Command lines and their answers, as a text that a reader can follow. */
record Transcript(List<Entry> entries) {
    /**
     * A command line and its answer.
     *
     * @param scenario the title
     * @param command the line
     * @param answer what came
     */
    record Entry(String scenario, String command, Answer answer) {
        String print() {
            return "$ " + command + "\n" + answer.print();
        }
    }

    /** The answers of the real Slurm of a release. */
    static Transcript real(SlurmRelease release) {
        return parse(Corpus.resource(fileName(release)));
    }

    static String fileName(SlurmRelease release) {
        return "real-" + release.version().replaceFirst("^(\\d+\\.\\d+).*", "$1") + ".txt";
    }

    String print() {
        StringBuilder s = new StringBuilder();
        String title = "";
        for (Entry e : entries) {
            if (!e.scenario().equals(title)) {
                title = e.scenario();
                s.append("\n## ").append(title).append('\n');
            }
            s.append(e.print());
        }
        return s.toString();
    }

    static Transcript parse(String text) {
        List<Entry> entries = new ArrayList<>();
        String title = "";
        String command = "";
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        int status = 0;
        for (String line : (text + "\n## \n").split("\n", -1)) {
            if (line.startsWith("$ ") || line.startsWith("## ")) {
                if (!command.isEmpty()) {
                    entries.add(new Entry(title, command, new Answer(status, out.toString(), err.toString())));
                }
                out.setLength(0);
                err.setLength(0);
                status = 0;
                command = line.startsWith("$ ") ? line.substring(2) : "";
                title = line.startsWith("## ") ? line.substring(3) : title;
            } else if (line.startsWith("> ")) {
                add(out, line);
            } else if (line.startsWith("! ")) {
                add(err, line);
            } else if (line.startsWith("= ")) {
                status = Integer.parseInt(line.substring(2));
            } else if (!line.isEmpty()) {
                throw new IllegalArgumentException("no line of a transcript: " + line);
            }
        }
        return new Transcript(entries);
    }

    private static void add(StringBuilder stream, String line) {
        boolean open = line.endsWith("\\");
        stream.append(line, 2, line.length() - (open ? 1 : 0)).append(open ? "" : "\n");
    }
}
