package io.github.slurmray.platforms;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Numbers that may not be known, as an {@link Optional} that can be mapped. */
final class Boxed {
    private Boxed() {}

    static Optional<Long> of(OptionalInt n) {
        return n.isPresent() ? Optional.of((long) n.getAsInt()) : Optional.empty();
    }

    static Optional<Long> of(OptionalLong n) {
        return n.isPresent() ? Optional.of(n.getAsLong()) : Optional.empty();
    }
}
