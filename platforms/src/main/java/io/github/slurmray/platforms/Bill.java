package io.github.slurmray.platforms;

import io.github.slurmray.core.WallTime;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What a site takes for a job, in the site's own units: an amount, or the reason why it isn't known. */
public sealed interface Bill {
    /**
     * An amount. Sites print it with two decimals ({@link #rounded}), the total rounded from its exact value and not
     * from its rounded parts.
     *
     * @param unit such as {@code CPU BU}
     * @param perHour the parts of the price of an hour by name, such as {@code cpu} and {@code memory}, in the rule's
     *     order
     * @param wallTime the time that is billed
     * @param span which time {@code wallTime} is
     */
    record Known(String unit, Map<String, BigDecimal> perHour, Duration wallTime, Span span) implements Bill {
        /** Which time is billed. */
        public enum Span {
            /** The job's own: what it took, or its time limit. */
            JOB,
            /** The partition's default time, which Slurm gives to a job that names no time limit. */
            DEFAULT_TIME,
            /** Each hour of a job without a time limit; the wall time is an hour. */
            EACH_HOUR
        }

        private static final BigDecimal HOUR = BigDecimal.valueOf(3_600);

        /**
         * Makes the bill of a job's own time.
         *
         * @param unit such as {@code CPU BU}
         * @param perHour the parts of the price of an hour by name
         * @param wallTime the time that is billed
         */
        public Known(String unit, Map<String, BigDecimal> perHour, Duration wallTime) {
            this(unit, perHour, wallTime, Span.JOB);
        }

        /** The same bill, of which it is known that its time isn't the job's own. */
        Known of(Span other) {
            return new Known(unit, perHour, wallTime, other);
        }

        /** Copies the parts. */
        public Known {
            Objects.requireNonNull(unit, "unit");
            Objects.requireNonNull(wallTime, "wallTime");
            Objects.requireNonNull(span, "span");
            perHour = Collections.unmodifiableMap(new LinkedHashMap<>(perHour));
        }

        /**
         * Returns the parts of the total.
         *
         * @return by name; not rounded, but for the 34 digits of a quotient without an end
         */
        public Map<String, BigDecimal> parts() {
            Map<String, BigDecimal> parts = new LinkedHashMap<>();
            perHour.forEach((name, amount) -> parts.put(name, times(amount)));
            return Collections.unmodifiableMap(parts);
        }

        /**
         * Returns the parts as sites print them.
         *
         * @return by name, with two decimals, halves rounded up
         */
        public Map<String, BigDecimal> roundedParts() {
            Map<String, BigDecimal> parts = new LinkedHashMap<>();
            parts().forEach((name, amount) -> parts.put(name, cents(amount)));
            return Collections.unmodifiableMap(parts);
        }

        /**
         * Returns what the job takes.
         *
         * @return not rounded, but for the 34 digits of a quotient without an end
         */
        public BigDecimal total() {
            return times(perHour.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add));
        }

        /**
         * Returns the total as sites print it.
         *
         * @return with two decimals, halves rounded up
         */
        public BigDecimal rounded() {
            return cents(total());
        }

        /**
         * Returns the total in money.
         *
         * @param pricePerUnit what a unit costs, in any currency
         * @return in the same currency, not rounded
         */
        public BigDecimal money(BigDecimal pricePerUnit) {
            return total().multiply(pricePerUnit);
        }

        private BigDecimal times(BigDecimal hourly) {
            BigDecimal seconds =
                    BigDecimal.valueOf(wallTime.getSeconds()).add(BigDecimal.valueOf(wallTime.getNano(), 9));
            return hourly.multiply(seconds).divide(HOUR, MathContext.DECIMAL128);
        }

        private static BigDecimal cents(BigDecimal amount) {
            return amount.setScale(2, RoundingMode.HALF_UP);
        }

        /**
         * Returns such as {@code 24.14 CPU BU (cpu 16.49, memory 7.65)}, {@code 288.00 CPU BU per hour} or {@code 24.00
         * CPU BU for the default time of 00:05:00}.
         */
        @Override
        public String toString() {
            String time = switch (span) {
                case JOB -> "";
                case DEFAULT_TIME -> " for the default time of " + WallTime.of(wallTime);
                case EACH_HOUR -> " per hour";
            };
            String total = rounded() + " " + unit + time;
            return perHour.size() < 2
                    ? total
                    : roundedParts().entrySet().stream()
                            .map(p -> p.getKey() + " " + p.getValue())
                            .collect(Collectors.joining(", ", total + " (", ")"));
        }
    }

    /**
     * No amount, as a fact is missing.
     *
     * @param reason which fact, and how it can be added
     * @param missing what isn't known of the job; none if it is a fact of the site
     */
    record Unknown(String reason, Set<Quantity> missing) implements Bill {
        /** Copies the quantities. */
        public Unknown {
            Objects.requireNonNull(reason, "reason");
            missing = Set.copyOf(missing);
        }

        /** Returns {@code unknown} and the reason. */
        @Override
        public String toString() {
            return "unknown: " + reason;
        }
    }
}
