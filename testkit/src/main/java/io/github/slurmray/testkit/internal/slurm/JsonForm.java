package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * An object of a release's JSON, as it stands in {@code json-RELEASE.txt}: JSON with gaps, printed as Slurm prints it.
 * What Slurm has beside that is what the emulation doesn't know.
 *
 * <p>{@code @name} is a value; {@code #name} is a number that says of itself whether it is set and whether it is
 * infinite, and so are {@code #0}, {@code #-} (not set) and {@code #inf}. An empty {@link Optional} is null, or a
 * number that isn't set.
 */
final class JsonForm {
    /** A number without limit. */
    static final Object INFINITE = new Object();

    /** What isn't printed at all. */
    static final Object ABSENT = new Object();

    private static final Map<SlurmRelease, Map<String, String>> FORMS = Map.of(
            SlurmRelease.V22_05, read("json-22.05.txt"),
            SlurmRelease.V24_11, read("json-24.11.txt"));

    private final SlurmRelease release;
    private final String text;
    private final Function<String, Object> values;

    /**
     * Fills a form in.
     *
     * @param name of a section of the file
     * @param values strings, numbers, booleans, forms, and lists and optionals of such, by the names of the gaps
     */
    JsonForm(SlurmRelease release, String name, Function<String, Object> values) {
        this.release = release;
        this.text = Objects.requireNonNull(FORMS.getOrDefault(release, Map.of()).get(name), name);
        this.values = values;
    }

    private static Map<String, String> read(String file) {
        try (InputStream in = Objects.requireNonNull(JsonForm.class.getResourceAsStream(file), file)) {
            Map<String, String> forms = new LinkedHashMap<>();
            for (String section : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n*== ", -1)) {
                int end = section.indexOf('\n');
                if (end > 0) {
                    forms.put(section.substring(0, end), section.substring(end + 1));
                }
            }
            return forms;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints it, without a line break at the end. */
    String print() {
        StringBuilder out = new StringBuilder();
        new Printer(out).print(this, 0);
        return out.toString();
    }

    /** Copies the form, fills in the gaps and breaks the lines. */
    private final class Printer {
        private final StringBuilder out;
        private int at;

        Printer(StringBuilder out) {
            this.out = out;
        }

        void print(JsonForm form, int depth) {
            form.new Printer(out).next(depth);
        }

        /** Prints the next value; false if there is none. */
        private boolean next(int depth) {
            skipBlanks();
            switch (text.charAt(at)) {
                case '{' -> members(depth, '}');
                case '[' -> members(depth, ']');
                case '"' -> string(literal());
                case '@' -> {
                    Object value = values.apply(word());
                    if (value == ABSENT) {
                        return false;
                    }
                    value(value, depth);
                }
                case '#' -> number(word(), depth);
                default -> out.append(word());
            }
            return true;
        }

        private void members(int depth, char end) {
            char begin = text.charAt(at++);
            skipBlanks();
            if (text.charAt(at) == end) {
                at++;
                empty(begin, end, depth);
                return;
            }
            out.append(begin);
            String separator = "";
            while (text.charAt(at) != end) {
                int before = out.length();
                out.append(separator);
                line(depth + 1);
                if (end == '}') {
                    string(literal());
                    at++;
                    out.append(": ");
                }
                if (next(depth + 1)) {
                    separator = ",";
                } else {
                    out.setLength(before);
                }
                skipBlanks();
                if (text.charAt(at) == ',') {
                    at++;
                    skipBlanks();
                }
            }
            at++;
            line(depth);
            out.append(end);
        }

        private void empty(char begin, char end, int depth) {
            out.append(begin);
            if (release == SlurmRelease.V22_05) {
                line(depth);
            }
            out.append(end);
        }

        private void value(Object value, int depth) {
            if (value instanceof Optional<?> optional) {
                if (optional.isPresent()) {
                    value(optional.get(), depth);
                } else {
                    out.append("null");
                }
            } else if (value instanceof JsonForm form) {
                print(form, depth);
            } else if (value instanceof List<?> list) {
                list(list, depth);
            } else if (value instanceof String text) {
                string(text);
            } else {
                out.append(value);
            }
        }

        private void list(List<?> list, int depth) {
            if (list.isEmpty()) {
                empty('[', ']', depth);
                return;
            }
            out.append('[');
            for (Iterator<?> i = list.iterator(); i.hasNext(); ) {
                line(depth + 1);
                value(i.next(), depth + 1);
                out.append(i.hasNext() ? "," : "");
            }
            line(depth);
            out.append(']');
        }

        private void number(String name, int depth) {
            Object value = name.equals("-")
                    ? Optional.empty()
                    : name.equals("inf") ? INFINITE : name.matches("\\d+") ? Long.valueOf(name) : values.apply(name);
            Object inner = value instanceof Optional<?> optional && optional.isPresent() ? optional.get() : value;
            boolean set = inner instanceof Number;
            out.append('{');
            line(depth + 1);
            out.append("\"set\": ").append(set).append(',');
            line(depth + 1);
            out.append("\"infinite\": ").append(inner == INFINITE).append(',');
            line(depth + 1);
            out.append("\"number\": ").append(set ? inner : "0");
            line(depth);
            out.append('}');
        }

        private void line(int depth) {
            out.append('\n').append("  ".repeat(depth));
        }

        private void string(String text) {
            out.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"', '\\', '/' -> out.append('\\').append(c);
                    case '\n' -> out.append("\\n");
                    case '\t' -> out.append("\\t");
                    default -> out.append(c < ' ' ? String.format(Locale.ROOT, "\\u%04x", (int) c) : c);
                }
            }
            out.append('"');
        }

        private void skipBlanks() {
            while (at < text.length() && " \n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        /** Reads a string, which has no escapes. */
        private String literal() {
            skipBlanks();
            int end = text.indexOf('"', at + 1);
            String literal = text.substring(at + 1, end);
            at = end + 1;
            return literal;
        }

        /** Reads up to the next mark, without the sign of a gap. */
        private String word() {
            int begin = "@#".indexOf(text.charAt(at)) >= 0 ? at + 1 : at;
            at = begin;
            while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(begin, at);
        }
    }
}
