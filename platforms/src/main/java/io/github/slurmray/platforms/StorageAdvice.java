package io.github.slurmray.platforms;

import java.util.List;
import java.util.Objects;

/**
 * A sentence about how a storage area is used: it is nearly full, holds many small files, or holds what belongs
 * elsewhere.
 *
 * @param rule {@code storage-bytes}, {@code storage-files}, {@code storage-small-files}, {@code storage-cleaned} or
 *     {@code storage-price}; stable, for filters and tests
 * @param path the area
 * @param message what is the case and what to do
 * @param sources on whose word, beside what the site printed; empty if the site's file says nothing of it
 */
public record StorageAdvice(String rule, String path, String message, List<Source> sources) {
    /** Checks the parts. */
    public StorageAdvice {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(message, "message");
        sources = List.copyOf(sources);
    }

    /** Returns such as {@code storage-cleaned: files in /scratch/project_2001234 that …}. */
    @Override
    public String toString() {
        return rule + ": " + message;
    }
}
