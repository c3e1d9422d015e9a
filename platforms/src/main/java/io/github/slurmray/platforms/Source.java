package io.github.slurmray.platforms;

import java.time.LocalDate;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a fact comes from, and when that was written.
 *
 * @param confidence who says it
 * @param repository the public repository that holds the page; empty if it is in none
 * @param path the page in the repository
 * @param commit the revision that was read
 * @param date when the page was last changed, or the fact was seen
 * @param note what else there is to say, such as the name of a user's own file
 */
public record Source(
        Confidence confidence,
        Optional<String> repository,
        Optional<String> path,
        Optional<String> commit,
        Optional<LocalDate> date,
        Optional<String> note) {
    /** Who says a fact. */
    public enum Confidence {
        /** The site itself. */
        OFFICIAL,
        /** Somebody else, without a word of the site's about it. */
        THIRD_PARTY,
        /** Whoever wrote the file. */
        OWN
    }

    /** Checks the parts. */
    public Source {
        Objects.requireNonNull(confidence, "confidence");
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(commit, "commit");
        Objects.requireNonNull(date, "date");
        Objects.requireNonNull(note, "note");
    }

    /** Reads one of {@code sources}. */
    static Source read(Section s) {
        return new Source(
                s.constant("confidence", Confidence.class).orElse(Confidence.OFFICIAL),
                s.text("repository"),
                s.text("path"),
                s.text("commit"),
                s.value("date", "a day such as 2026-08-21", LocalDate::parse),
                s.text("note"));
    }

    /** The source of what a file says without naming one. */
    static Source file(String file, Optional<LocalDate> asOf) {
        return new Source(
                Confidence.OWN, Optional.empty(), Optional.empty(), Optional.empty(), asOf, Optional.of(file));
    }

    /** Returns the source in one line, such as {@code CSCfi/csc-user-guide docs/a.md 3418a7446, 2026-08-05}. */
    @Override
    public String toString() {
        String page =
                Stream.of(repository, path, commit).flatMap(Optional::stream).collect(Collectors.joining(" "));
        return Stream.of(
                        Optional.of(page).filter(p -> !p.isEmpty()),
                        note,
                        date.map(LocalDate::toString),
                        Optional.of("third-party").filter(t -> confidence == Confidence.THIRD_PARTY))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }
}
