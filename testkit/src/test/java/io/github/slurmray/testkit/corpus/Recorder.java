package io.github.slurmray.testkit.corpus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs scenarios. A scenario's lines share a directory and the variables A to Z, whose values stand in the answers by
 * their names.
 */
final class Recorder {
    /** Stand between the parts of what the shell reports; no command prints them. */
    private static final String ANSWER = "\u001e";

    private static final String PART = "\u001f";
    private static final String FAILED = "\u001c";
    private static final String END = "\u001d";

    private final Target target;
    private final List<Transcript.Entry> entries = new ArrayList<>();

    private Recorder(Target target) {
        this.target = target;
    }

    static Transcript run(List<Corpus.Scenario> scenarios, Target target) {
        Recorder recorder = new Recorder(target);
        for (Corpus.Scenario s : scenarios) {
            try {
                recorder.run(s);
            } finally {
                target.shell("cd corpus && . ./tools && clear_queue");
            }
        }
        return new Transcript(recorder.entries);
    }

    private void run(Corpus.Scenario scenario) {
        target.shell("rm -rf corpus && mkdir corpus && cd corpus && cat >tools <<'EOF'\n" + Corpus.resource("tools.sh")
                + "EOF\n. ./tools && make_files");
        List<Corpus.Step> together = new ArrayList<>();
        for (Corpus.Step step : scenario.steps()) {
            if (step instanceof Corpus.Event event) {
                run(scenario, together);
                together.clear();
                target.happen(event.text());
            } else {
                together.add(step);
            }
        }
        run(scenario, together);
    }

    /** Runs lines between two events in one shell. */
    private void run(Corpus.Scenario scenario, List<Corpus.Step> steps) {
        if (steps.isEmpty()) {
            return;
        }
        StringBuilder shell = new StringBuilder("cd corpus && . ./tools && . ./variables\n");
        List<Corpus.Line> lines = new ArrayList<>();
        for (Corpus.Step step : steps) {
            if (step instanceof Corpus.Line line) {
                lines.add(line);
                shell.append("{ ")
                        .append(line.text())
                        .append("\n} </dev/null >out 2>err\n")
                        .append("report $?\n");
            } else if (step instanceof Corpus.Preparation p) {
                shell.append("{ ").append(p.text()).append("\n} </dev/null >out 2>&1 || failed ");
                shell.append(quoted(p.text())).append('\n');
            }
        }
        String said = target.shell(shell.append("finish\n").toString());
        int end = said.indexOf(END);
        if (end < 0 || said.contains(FAILED)) {
            throw new AssertionError(scenario.title() + ": " + said.substring(said.indexOf(FAILED) + 1));
        }
        Map<String, String> variables = new LinkedHashMap<>();
        String[] parts = said.substring(end + 1).split(PART, -1);
        String home = parts[0];
        for (int i = 1; i + 1 < parts.length; i += 2) {
            variables.put(parts[i], parts[i + 1]);
        }
        String[] answers = said.substring(0, end).split(ANSWER, -1);
        for (int i = 0; i < lines.size(); i++) {
            String[] answer = answers[i + 1].split(PART, -1);
            entries.add(new Transcript.Entry(
                    scenario.title(),
                    lines.get(i).text(),
                    Answer.of(Integer.parseInt(answer[0]), answer[1], answer[2], home, variables)));
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
