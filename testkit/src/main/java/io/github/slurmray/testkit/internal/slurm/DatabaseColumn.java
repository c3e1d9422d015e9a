package io.github.slurmray.testkit.internal.slurm;

import java.util.List;

/**
 * A column of sacct's or sacctmgr's tables.
 *
 * @param name its header
 * @param width its width; below zero if its text stands to the left
 */
record DatabaseColumn(String name, int width) {
    /** The width that stands behind a field's name, as in {@code JobID%20}; without one, or with 0, it has its own. */
    static int width(List<String> field, int own) {
        String text = field.size() > 1 ? field.get(1) : "";
        int asked = text.matches("-?\\d{1,4}") ? Integer.parseInt(text) : 0;
        return asked == 0 ? own : asked;
    }

    String fit(String value) {
        int w = Math.abs(width);
        String cut = value.length() > w ? value.substring(0, w - 1) + "+" : value;
        String padding = " ".repeat(w - cut.length());
        return width < 0 ? cut + padding : padding + cut;
    }

    /** What stands below the header. */
    String dashes() {
        return "-".repeat(Math.abs(width));
    }
}
