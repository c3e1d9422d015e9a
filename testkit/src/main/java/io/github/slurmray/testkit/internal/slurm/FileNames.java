package io.github.slurmray.testkit.internal.slurm;

/** The patterns in the names of a job's output files: a pure function. */
final class FileNames {
    private FileNames() {}

    /** Fills a pattern in, and makes it absolute. A backslash in it turns the patterns off. */
    static String expand(String pattern, Job j) {
        String name = pattern.contains("\\") ? pattern.replace("\\", "") : filledIn(pattern, j);
        return name.startsWith("/") ? name : j.request.workDir + "/" + name;
    }

    private static String filledIn(String pattern, Job j) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%') {
                s.append(c);
                continue;
            }
            int letter = i + 1;
            while (letter < pattern.length() && Character.isDigit(pattern.charAt(letter))) {
                letter++;
            }
            String width = pattern.substring(i + 1, letter);
            if (letter == pattern.length()) {
                s.append(pattern.substring(i));
                break;
            }
            s.append(padded(value(pattern.charAt(letter), j), width));
            i = letter;
        }
        return s.toString();
    }

    private static String padded(String value, String width) {
        int zeros = width.isEmpty() ? 0 : Math.min(10, Integer.parseInt(width)) - value.length();
        return value.matches("\\d+") ? "0".repeat(Math.max(0, zeros)) + value : value;
    }

    private static String value(char letter, Job j) {
        String first = j.shares.isEmpty() ? "" : j.shares.get(0).node();
        return switch (letter) {
            case '%' -> "%";
            case 'A' -> Long.toString(j.isArray() ? j.arrayId : j.id);
            case 'a' -> j.taskId.isPresent() ? Integer.toString(j.taskId.getAsInt()) : "4294967294";
            case 'j', 'J' -> Long.toString(j.id);
            case 'N' -> first;
            case 'n', 't' -> "0";
            case 's' -> "batch";
            case 'u' -> j.request.user;
            case 'x' -> j.name;
            default -> "%" + letter;
        };
    }

    static String stdout(Job j) {
        String pattern =
                j.request.stdout.isEmpty() ? j.isArray() ? "slurm-%A_%a.out" : "slurm-%j.out" : j.request.stdout;
        return expand(pattern, j);
    }

    static String stderr(Job j) {
        return j.request.stderr.isEmpty() ? stdout(j) : expand(j.request.stderr, j);
    }
}
