package io.github.slurmray.testkit.internal.slurm;

import java.util.Optional;

/** The patterns in the names of a job's output files: a pure function. */
final class FileNames {
    private FileNames() {}

    /** Fills a pattern in, and makes it absolute. A backslash in it turns the patterns off. */
    static String expand(String pattern, Job j) {
        return expand(pattern, j, Optional.empty());
    }

    /** The same for a task of an array that has not become a job. */
    private static String expand(String pattern, Job j, Optional<Integer> task) {
        String name = pattern.contains("\\") ? pattern.replace("\\", "") : filledIn(pattern, j, task);
        return name.startsWith("/") ? name : j.request.workDir + "/" + name;
    }

    private static String filledIn(String pattern, Job j, Optional<Integer> task) {
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
            s.append(padded(value(pattern.charAt(letter), j, task), width));
            i = letter;
        }
        return s.toString();
    }

    private static String padded(String value, String width) {
        // ten at most, however many digits that number has
        int least = width.isEmpty() ? 0 : width.length() > 2 ? 10 : Math.min(10, Integer.parseInt(width));
        int zeros = least - value.length();
        return value.matches("\\d+") ? "0".repeat(Math.max(0, zeros)) + value : value;
    }

    private static String value(char letter, Job j, Optional<Integer> task) {
        String first = j.shares.isEmpty() ? "" : j.shares.get(0).node();
        return switch (letter) {
            case '%' -> "%";
            case 'A' -> Long.toString(j.isArray() ? j.arrayId : j.id);
            case 'a' ->
                j.taskId.isPresent()
                        ? Integer.toString(j.taskId.getAsInt())
                        : task.map(Object::toString).orElse("4294967294");
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
        return stdout(j, Optional.empty());
    }

    static String stdout(Job j, Optional<Integer> task) {
        String pattern =
                j.request.stdout.isEmpty() ? j.isArray() ? "slurm-%A_%a.out" : "slurm-%j.out" : j.request.stdout;
        return expand(pattern, j, task);
    }

    static String stderr(Job j) {
        return stderr(j, Optional.empty());
    }

    static String stderr(Job j, Optional<Integer> task) {
        return j.request.stderr.isEmpty() ? stdout(j, task) : expand(j.request.stderr, j, task);
    }
}
