package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import java.util.Optional;
import java.util.OptionalInt;

/** A place for files at a site. Immutable; what isn't known is empty. */
public final class StorageArea {
    private final String name;
    private final Optional<StoragePurpose> purpose;
    private final Optional<String> path;
    private final Optional<String> variable;
    private final Optional<Boolean> shared;
    private final Optional<Memory> quota;
    private final Optional<Memory> maxQuota;
    private final OptionalInt files;
    private final Optional<String> cleaning;
    private final Optional<Boolean> backup;
    private final Optional<String> billed;
    private final Optional<String> note;

    StorageArea(String name, Section s) {
        this.name = name;
        this.purpose = s.constant("purpose", StoragePurpose.class);
        this.path = s.text("path");
        this.variable = s.matching("variable", "a variable's name", "[A-Z_][A-Z0-9_]*");
        this.shared = s.flag("shared");
        this.quota = s.memory("quota");
        this.maxQuota = s.memory("maxQuota");
        this.files = s.number("files", 1);
        this.cleaning = s.text("cleaning");
        this.backup = s.flag("backup");
        this.billed = s.text("billed");
        this.note = s.text("note");
    }

    /**
     * Returns its name.
     *
     * @return the key in the site file, such as {@code scratch}
     */
    public String name() {
        return name;
    }

    /**
     * Returns what belongs there.
     *
     * @return empty if it isn't known
     */
    public Optional<StoragePurpose> purpose() {
        return purpose;
    }

    /**
     * Returns its path.
     *
     * @return with {@code <user>}, {@code <project>} and {@code <job>} in the place of names
     */
    public Optional<String> path() {
        return path;
    }

    /**
     * Returns the environment variable that holds the path.
     *
     * @return such as {@code LOCAL_SCRATCH}
     */
    public Optional<String> variable() {
        return variable;
    }

    /**
     * Tells whether all nodes see it.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> shared() {
        return shared;
    }

    /**
     * Returns what a user or project gets at first.
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> quota() {
        return quota;
    }

    /**
     * Returns what can be had on request.
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> maxQuota() {
        return maxQuota;
    }

    /**
     * Returns how many files there may be.
     *
     * @return empty if it isn't known
     */
    public OptionalInt files() {
        return files;
    }

    /**
     * Returns when files are removed.
     *
     * @return in words
     */
    public Optional<String> cleaning() {
        return cleaning;
    }

    /**
     * Tells whether it is backed up.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> backup() {
        return backup;
    }

    /**
     * Returns how it is billed.
     *
     * @return in words
     */
    public Optional<String> billed() {
        return billed;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }
}
