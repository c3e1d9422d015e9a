package io.github.slurmray.slurm;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A generic resource, so many on each node: Slurm's {@code gpu:a100:4}.
 *
 * @param name such as {@code gpu} or {@code shard}
 * @param type the kind of it, such as {@code a100}
 * @param count how many on each node, at least 1
 */
public record Gres(String name, Optional<String> type, long count) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*|[0-9]+[A-Za-z_.-][A-Za-z0-9_.-]*");
    private static final Pattern FORM = Pattern.compile("([^:=]+)(?::([^:=]*[^:=0-9][^:=]*))?(?:[:=](\\d{1,15}))?");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a name has characters that Slurm's names don't have, or the count is below 1
     */
    public Gres {
        Objects.requireNonNull(type, "type");
        if (!WORD.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a gres is named by letters, digits, '_', '.' and '-', but was '" + name + "'");
        }
        if (type.isPresent() && !WORD.matcher(type.get()).matches()) {
            throw new IllegalArgumentException(
                    "a gres' type is named by letters, digits, '_', '.' and '-', but was '" + type.get() + "'");
        }
        if (count < 1) {
            throw new IllegalArgumentException("gres " + name + ": the count must be at least 1, but was " + count);
        }
    }

    /**
     * Returns GPUs of whatever kind the partition has.
     *
     * @param count how many on each node
     * @return the resource
     */
    public static Gres gpu(long count) {
        return new Gres("gpu", Optional.empty(), count);
    }

    /**
     * Returns GPUs of one kind.
     *
     * @param type such as {@code a100}
     * @param count how many on each node
     * @return the resource
     */
    public static Gres gpu(String type, long count) {
        return new Gres("gpu", Optional.of(type), count);
    }

    /**
     * Reads Slurm's form: {@code name}, {@code name:count}, {@code name:type}, {@code name:type:count}.
     *
     * @param text such as {@code gpu:a100:4}
     * @return the resource
     * @throws IllegalArgumentException if the text has another form
     */
    public static Gres parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("a gres must be name[:type][:count], but was '" + text + "'");
        }
        return new Gres(
                m.group(1), Optional.ofNullable(m.group(2)), m.group(3) == null ? 1 : Long.parseLong(m.group(3)));
    }

    /**
     * Returns Slurm's form.
     *
     * @return such as {@code gpu:a100:4}
     */
    public String toSlurm() {
        return name + type.map(t -> ":" + t).orElse("") + ":" + count;
    }

    @Override
    public String toString() {
        return toSlurm();
    }
}
