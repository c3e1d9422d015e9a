package io.github.slurmray.testkit.internal.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A line format such as {@code %.18i %j}: text, and fields with a width, a side and a letter. */
final class Columns {
    /** Wider than any use of it; real Slurm pads as far as it is told, in its own memory and not in a controller's. */
    private static final int MAX_WIDTH = 10_000;

    private final List<Piece> pieces = new ArrayList<>();

    private record Piece(String text, String letter, int width, boolean right) {
        String fit(String value) {
            if (width == 0) {
                return value;
            }
            if (value.length() >= width) {
                return value.substring(0, width);
            }
            String padding = " ".repeat(width - value.length());
            return right ? padding + value : value + padding;
        }
    }

    private Columns() {}

    /** Reads the format of squeue -o and sinfo -o. */
    static Columns ofLetters(String format) {
        if (format.contains("%all")) {
            throw new Unsupported("all as a format");
        }
        Columns columns = new Columns();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            int at = i + 1;
            boolean right = format.charAt(at) == '.';
            at += right ? 1 : 0;
            int digits = at;
            while (at < format.length() && Character.isDigit(format.charAt(at))) {
                at++;
            }
            if (at == format.length()) {
                text.append(format.substring(i));
                break;
            }
            int width = width(format.substring(digits, at), 0);
            columns.pieces.add(new Piece(text.toString(), String.valueOf(format.charAt(at)), width, right));
            text.setLength(0);
            i = at;
        }
        columns.pieces.add(new Piece(text.toString(), "", 0, false));
        return columns;
    }

    /**
     * Reads the format of squeue -O: names with a width, 20 by default.
     *
     * @param letter what stands for a name; without one it is left out
     */
    static Columns ofNames(String format, Function<String, Optional<String>> letter) {
        Columns columns = new Columns();
        for (String item : format.split(",", -1)) {
            String[] parts = item.strip().split(":", 2);
            boolean right = parts.length == 2 && parts[1].startsWith(".");
            String digits = parts.length == 2 ? parts[1].replaceAll("[^0-9]", "") : "20";
            int width = width(digits, 20);
            letter.apply(parts[0]).ifPresent(l -> columns.pieces.add(new Piece("", l, width, right)));
        }
        return columns;
    }

    private static int width(String digits, int otherwise) {
        if (digits.length() > 5 || (!digits.isEmpty() && Integer.parseInt(digits) > MAX_WIDTH)) {
            throw new Unsupported("fields wider than " + MAX_WIDTH + ", such as " + digits);
        }
        return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    String line(Function<String, String> value) {
        StringBuilder line = new StringBuilder();
        for (Piece p : pieces) {
            line.append(p.text());
            if (!p.letter().isEmpty()) {
                line.append(p.fit(value.apply(p.letter())));
            }
        }
        return line.append('\n').toString();
    }
}
