package io.github.slurmray.platforms;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An expression of arithmetic over a job's {@link Quantity quantities}, such as {@code max(0.75 * cores, 0.375 *
 * memoryGiB)}: numbers, {@code + - * /}, {@code max(…)}, {@code min(…)}, {@code ceil(…)} and parentheses. Immutable;
 * two are equal if their texts are.
 *
 * <p>Sums, differences and products are exact; a quotient that has no end has 34 digits.
 */
public final class Formula {
    private static final int LONGEST = 1_000;
    private static final int DEEPEST = 32;
    private static final String BY_ZERO = "divides by zero";
    private static final String AN_OPERAND = "a number, one of "
            + EnumSet.allOf(Quantity.class).stream().map(Quantity::word).collect(Collectors.joining(", "))
            + ", max(…), min(…), ceil(…) or '('";

    private final String text;
    private final Set<Quantity> quantities;
    private final Expression expression;

    private Formula(String text, Set<Quantity> quantities, Expression expression) {
        this.text = text;
        this.quantities = quantities;
        this.expression = expression;
    }

    /**
     * Reads a formula.
     *
     * @param text at most 1000 characters, with at most 32 parentheses inside each other
     * @return the formula
     * @throws IllegalArgumentException if it is none; the message names the position, counted from 1, what was expected
     *     there, what was found, and the text
     */
    public static Formula parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("a formula has at most " + LONGEST + " characters, but this one has "
                    + text.length() + ": '" + text.substring(0, 60) + "…'");
        }
        Parser parser = new Parser(text);
        Expression expression = parser.sum();
        parser.end();
        return new Formula(text, Collections.unmodifiableSet(parser.quantities), expression);
    }

    /**
     * Returns the quantities that it reads.
     *
     * @return none if it is a constant
     */
    public Set<Quantity> quantities() {
        return quantities;
    }

    /**
     * Computes the value for a job; its time doesn't matter.
     *
     * @param usage the job
     * @return unknown if a quantity that the formula reads is, if it divides by zero, or if a number in it is too large
     *     or too small to be held
     */
    Value value(JobUsage usage) {
        Set<Quantity> missing = EnumSet.noneOf(Quantity.class);
        missing.addAll(quantities);
        missing.removeAll(usage.quantities().keySet());
        if (!missing.isEmpty()) {
            String names = missing.stream().map(Quantity::word).collect(Collectors.joining(", "));
            return new Value.Unknown(missing, "not known of the job: " + names + ", which '" + text + "' needs");
        }
        try {
            return new Value.Known(expression.of(usage.quantities()));
        } catch (ArithmeticException e) {
            String zero = BY_ZERO.equals(e.getMessage()) ? BY_ZERO : "has a number that is too large or too small";
            return new Value.Unknown(missing, "'" + text + "' " + zero);
        }
    }

    private static BigDecimal divide(BigDecimal a, BigDecimal b) {
        if (b.signum() == 0) {
            throw new ArithmeticException(BY_ZERO);
        }
        return a.divide(b, MathContext.DECIMAL128);
    }

    /** Returns the text that was parsed. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Formula other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** What a formula comes to. */
    sealed interface Value {
        /**
         * A number.
         *
         * @param amount not rounded, but for quotients without an end
         */
        record Known(BigDecimal amount) implements Value {}

        /**
         * No number.
         *
         * @param missing the quantities of the job that aren't known; none if it isn't for want of one
         * @param reason the same in words
         */
        record Unknown(Set<Quantity> missing, String reason) implements Value {
            /** Copies the quantities. */
            public Unknown {
                missing = Set.copyOf(missing);
            }
        }
    }

    private interface Expression {
        BigDecimal of(Map<Quantity, BigDecimal> quantities);
    }

    /** Recursive descent; each level of recursion is a pair of parentheses, and those are counted. */
    private static final class Parser {
        private static final Pattern TOKEN = Pattern.compile("\\s*(\\d+(?:\\.\\d+)?|[A-Za-z_]\\w*|\\S|$)");

        private final Set<Quantity> quantities = EnumSet.noneOf(Quantity.class);
        private final String text;
        private final Matcher tokens;
        private String token = "";
        private int position;
        private int depth;

        Parser(String text) {
            this.text = text;
            this.tokens = TOKEN.matcher(text);
            next();
        }

        Expression sum() {
            Expression left = product();
            while (token.equals("+") || token.equals("-")) {
                left = binary(left, token.equals("+") ? BigDecimal::add : BigDecimal::subtract, this::product);
            }
            return left;
        }

        private Expression product() {
            Expression left = operand();
            while (token.equals("*") || token.equals("/")) {
                left = binary(left, token.equals("*") ? BigDecimal::multiply : Formula::divide, this::operand);
            }
            return left;
        }

        private Expression binary(Expression left, BinaryOperator<BigDecimal> operator, Supplier<Expression> operand) {
            next();
            Expression right = operand.get();
            return q -> operator.apply(left.of(q), right.of(q));
        }

        private Expression operand() {
            if (token.isEmpty()) {
                throw expected(AN_OPERAND);
            }
            if (token.equals("(")) {
                return arguments(1).get(0);
            }
            if (token.charAt(0) >= '0' && token.charAt(0) <= '9') {
                BigDecimal number = new BigDecimal(token);
                next();
                return q -> number;
            }
            return switch (token) {
                case "max" -> function(BigDecimal::max);
                case "min" -> function(BigDecimal::min);
                case "ceil" -> ceiling();
                default -> variable();
            };
        }

        private Expression variable() {
            Quantity quantity = Quantity.of(token).orElseThrow(() -> expected(AN_OPERAND));
            quantities.add(quantity);
            next();
            return q -> Objects.requireNonNull(q.get(quantity), quantity::word);
        }

        private Expression function(BinaryOperator<BigDecimal> fold) {
            next();
            List<Expression> arguments = arguments(Integer.MAX_VALUE);
            return q -> arguments.stream().map(a -> a.of(q)).reduce(fold).orElseThrow();
        }

        private Expression ceiling() {
            next();
            Expression argument = arguments(1).get(0);
            return q -> argument.of(q).setScale(0, RoundingMode.CEILING);
        }

        private List<Expression> arguments(int most) {
            if (depth == DEEPEST) {
                throw expected("at most " + DEEPEST + " parentheses inside each other");
            }
            depth++;
            List<Expression> arguments = new ArrayList<>();
            skip("(");
            arguments.add(sum());
            while (token.equals(",") && arguments.size() < most) {
                next();
                arguments.add(sum());
            }
            skip(")");
            depth--;
            return arguments;
        }

        private void skip(String wanted) {
            if (!token.equals(wanted)) {
                throw expected(wanted.equals(")") ? "an operator or ')'" : "'" + wanted + "'");
            }
            next();
        }

        void end() {
            if (!token.isEmpty()) {
                throw expected("an operator or the end");
            }
        }

        private void next() {
            if (!tokens.lookingAt()) {
                throw new IllegalStateException("no token in '" + text + "'");
            }
            token = tokens.group(1);
            position = tokens.start(1);
            tokens.region(tokens.end(), text.length());
        }

        private IllegalArgumentException expected(String what) {
            return new IllegalArgumentException("at character " + (position + 1) + " of '" + text + "': expected "
                    + what + ", but found " + (token.isEmpty() ? "the end" : "'" + token + "'"));
        }
    }
}
