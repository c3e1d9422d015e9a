package io.github.slurmray.testkit.corpus;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a command printed, and its exit status; what differs from run to run has names instead. */
record Answer(int status, String out, String err) {
    /** What differs from run to run, and what stands for it, in order. */
    private static final List<Map.Entry<Pattern, String>> VOLATILE = List.of(
            Map.entry(Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"), "<time>"),
            Map.entry(Pattern.compile("[A-Z]\\w\\w [A-Z]\\w\\w [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}"), "<date>"),
            Map.entry(Pattern.compile("(?<=Submitted batch job )\\d+"), "<job>"),
            Map.entry(Pattern.compile("(?<=sbatch: Job )\\d+(?= to start)"), "<job>"),
            Map.entry(Pattern.compile("(?<![\\d:-])00:00:[0-5]\\d(?![:\\d])"), "00:00:<s>"),
            Map.entry(Pattern.compile("(?<![\\d:-])00:0\\d\\.\\d{3}"), "00:0<s>"),
            // squeue's TIME; an exit code such as 0:15 has no blank before it
            Map.entry(Pattern.compile("(?<= )0:[0-5]\\d(?=\\s)"), "0:0<s>"),
            Map.entry(Pattern.compile("(?<=hpcuser\\()\\d+"), "<uid>"),
            Map.entry(Pattern.compile("(?<=CANCELLED by )\\d+"), "<uid>"),
            Map.entry(Pattern.compile("(?<=Scheduler=)(Main|Backfill)"), "<any>"),
            Map.entry(Pattern.compile("(?<=Sid=login1:)\\d+"), "<sid>"),
            Map.entry(Pattern.compile("(?<=CPULoad=)[\\d.]+"), "<load>"),
            Map.entry(Pattern.compile("(?<=FreeMem=)\\d+"), "<MB>"),
            Map.entry(Pattern.compile("(?<=OS=)Linux .*?(?= *(\\n| RealMemory=))"), "<kernel>"));

    /** Puts names in the place of what differs from run to run. */
    static Answer of(int status, String out, String err, String home, Map<String, String> variables) {
        return new Answer(status, steady(out, home, variables), steady(err, home, variables));
    }

    private static String steady(String text, String home, Map<String, String> variables) {
        String s = text.replace(home, "~");
        for (Map.Entry<Pattern, String> e : VOLATILE) {
            s = e.getKey().matcher(s).replaceAll(Matcher.quoteReplacement(e.getValue()));
        }
        Map<String, String> names = new TreeMap<>();
        variables.forEach((name, value) -> names.put(value, "$" + name));
        // the tasks of an array become jobs with ids of their own
        variables.forEach((name, value) -> {
            for (int i = 1; value.matches("\\d{4,9}") && i < 10; i++) {
                names.putIfAbsent(Integer.toString(Integer.parseInt(value) + i), "$" + name + "+" + i);
            }
        });
        for (Map.Entry<String, String> e : names.entrySet()) {
            if (!e.getKey().isBlank()) {
                // the blanks that fill a column up are as many as the id is short
                s = s.replaceAll(
                        "(?<= ) *(?<!\\d)" + Pattern.quote(e.getKey()) + "(?!\\d)( +(?= ))?|(?<![\\d ])"
                                + Pattern.quote(e.getKey()) + "(?!\\d)( +(?= ))?",
                        Matcher.quoteReplacement(e.getValue()));
            }
        }
        return s;
    }

    boolean saysUnsupported() {
        return status == 255 && err.contains("emulated Slurm doesn't support ");
    }

    /** As it stands in a transcript. */
    String print() {
        return prefixed("> ", out) + prefixed("! ", err) + (status == 0 ? "" : "= " + status + "\n");
    }

    private static String prefixed(String mark, String text) {
        if (text.isEmpty()) {
            return "";
        }
        String end = text.endsWith("\n") ? "" : "\\";
        String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        return mark + body.replace("\n", "\n" + mark) + end + "\n";
    }
}
