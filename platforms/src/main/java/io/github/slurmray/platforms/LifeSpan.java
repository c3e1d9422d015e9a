package io.github.slurmray.platforms;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;

/** When a site takes jobs: announced, open, closed. Immutable; what isn't known is empty. */
public final class LifeSpan {
    /** What a site does at a moment. */
    public enum State {
        /** It isn't open yet for everybody. */
        ANNOUNCED,
        /** It takes jobs. */
        OPEN,
        /** It runs no jobs any more, but one can log in and fetch data. */
        LOGIN_ONLY,
        /** It is gone. */
        CLOSED
    }

    private final Optional<Instant> announced;
    private final Optional<Instant> from;
    private final Optional<Instant> until;
    private final Optional<Instant> loginsUntil;
    private final Optional<String> successor;
    private final Optional<String> gpuSuccessor;
    private final Optional<String> note;

    LifeSpan(Section s) {
        this.announced = s.value("announced", Section.MOMENT, LifeSpan::moment);
        this.from = s.value("from", Section.MOMENT, LifeSpan::moment);
        this.until = s.value("until", Section.MOMENT, LifeSpan::moment);
        this.loginsUntil = s.value("loginsUntil", Section.MOMENT, LifeSpan::moment);
        this.successor = s.text("successor");
        this.gpuSuccessor = s.text("gpuSuccessor");
        this.note = s.text("note");
    }

    static Instant moment(String text) {
        if (text.length() == "2026-08".length()) {
            return YearMonth.parse(text).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        if (text.length() == "2026-08-31".length()) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return OffsetDateTime.parse(text).toInstant();
    }

    /**
     * Returns when the site was announced, or a pilot began.
     *
     * @return the beginning of the day or month if no more is known
     */
    public Optional<Instant> announced() {
        return announced;
    }

    /**
     * Returns when the site opened for everybody.
     *
     * @return the beginning of the day or month if no more is known
     */
    public Optional<Instant> from() {
        return from;
    }

    /**
     * Returns when the last jobs end.
     *
     * @return empty if no end is known
     */
    public Optional<Instant> until() {
        return until;
    }

    /**
     * Returns when logins and storage end.
     *
     * @return empty if it isn't known, or no end is
     */
    public Optional<Instant> loginsUntil() {
        return loginsUntil;
    }

    /**
     * Returns the site to go to instead.
     *
     * @return its {@link Platform#name() name}; empty if none is known
     */
    public Optional<String> successor() {
        return successor;
    }

    /**
     * Returns the site to go to instead with jobs that need GPUs.
     *
     * @return its {@link Platform#name() name}; empty if it is the {@link #successor()}, or none is known
     */
    public Optional<String> gpuSuccessor() {
        return gpuSuccessor;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }

    /**
     * Returns what the site does at a moment. A site of which nothing is known is taken for open.
     *
     * @param now the moment
     * @return the state
     */
    public State at(Instant now) {
        if (until.isPresent() && !now.isBefore(until.get())) {
            boolean logins = loginsUntil.filter(now::isBefore).isPresent();
            return logins ? State.LOGIN_ONLY : State.CLOSED;
        }
        return from.filter(now::isBefore).isPresent() ? State.ANNOUNCED : State.OPEN;
    }
}
