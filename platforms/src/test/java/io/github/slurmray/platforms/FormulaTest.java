package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormulaTest {
    private static final JobUsage JOB = JobUsage.of(Duration.ZERO)
            .with(Quantity.NODES, 2)
            .with(Quantity.CORES, 80)
            .with(Quantity.GPUS, 3)
            .with(Quantity.SLICES, 0)
            .with(Quantity.MEMORY_GIB, new BigDecimal("371.09"));

    private static BigDecimal value(String formula) {
        return ((Formula.Value.Known) Formula.parse(formula).value(JOB)).amount();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1",
                "0.75 * cores | 60",
                "2 + 3 * 4 - 5 | 9",
                "(2 + 3) * 4 | 20",
                "10 - 4 - 3 | 3",
                "24 / 4 / 3 | 2",
                "2 - 3 | -1",
                "1/3 | 0.3333333333333333333333333333333333",
                "max(0.75*cores, 0.375 * memoryGiB) | 139.15875",
                "max(1) | 1",
                "max(1, 3, 2) | 3",
                "min(4, 3, nodes) | 2",
                "ceil(memoryGiB / 64) | 6",
                "ceil(7) | 7",
                "0.5 * max(ceil(cores / 8), ceil(memoryGiB / 64), gpus) | 5",
                "100 * gpus + 15 * slices | 300",
                "'  1\t+ ( 2 ) ' | 3",
            })
    void aFormulaIsComputed(String formula, BigDecimal expected) {
        assertThat(value(formula)).isEqualByComparingTo(expected);
    }

    @Test
    void sumsAndProductsAreExact() {
        assertThat(value("0.1 + 0.2")).isEqualTo(new BigDecimal("0.3"));
        assertThat(value("123456789012345.678901234567891 * 1000000.000001"))
                .isEqualTo(
                        new BigDecimal("123456789012345.678901234567891").multiply(new BigDecimal("1000000.000001")));
    }

    @Test
    void whatItReadsIsKnown() {
        assertThat(Formula.parse("max(cores, memoryGiB / 2) + cores").quantities())
                .containsExactly(Quantity.CORES, Quantity.MEMORY_GIB);
        assertThat(Formula.parse("288").quantities()).isEmpty();
    }

    @Test
    void aQuantityThatIsNotKnownIsNamed() {
        Formula.Value value = Formula.parse("cores + 0.006 * diskGiB").value(JOB);

        assertThat(value).isInstanceOfSatisfying(Formula.Value.Unknown.class, unknown -> {
            assertThat(unknown.missing()).containsExactly(Quantity.DISK_GIB);
            assertThat(unknown.reason())
                    .isEqualTo("not known of the job: diskGiB, which 'cores + 0.006 * diskGiB' needs");
        });
    }

    @Test
    void aQuantityThatIsMultipliedByZeroIsStillMissing() {
        assertThat(Formula.parse("0 * diskGiB").value(JOB)).isInstanceOf(Formula.Value.Unknown.class);
    }

    @Test
    void aDivisionByZeroHasNoValue() {
        assertThat(Formula.parse("cores / slices").value(JOB))
                .isInstanceOfSatisfying(Formula.Value.Unknown.class, unknown -> {
                    assertThat(unknown.missing()).isEmpty();
                    assertThat(unknown.reason()).isEqualTo("'cores / slices' divides by zero");
                });
    }

    @Test
    void aNumberThatIsTooLargeIsNotCalledADivisionByZero() {
        JobUsage endless = JOB.with(Quantity.CORES, new BigDecimal("1e2147483647"));

        assertThat(Formula.parse("cores * cores").value(endless))
                .isInstanceOfSatisfying(
                        Formula.Value.Unknown.class,
                        unknown -> assertThat(unknown.reason())
                                .isEqualTo("'cores * cores' has a number that is too large or too small"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | at character 1 of '': expected a number, one of nodes, cores, gpus, slices, memoryGiB, diskGiB,"
                        + " max(…), min(…), ceil(…) or '(', but found the end",
                "cores + | at character 8 of 'cores +': expected a number",
                "max(cores, ) | at character 12 of 'max(cores, )': expected a number",
                "max() | at character 5 of 'max()': expected a number",
                "max cores | at character 5 of 'max cores': expected '(', but found 'cores'",
                "ceil(1, 2) | at character 7 of 'ceil(1, 2)': expected an operator or ')', but found ','",
                "(1, 2) | at character 3 of '(1, 2)': expected an operator or ')', but found ','",
                "(1 | at character 3 of '(1': expected an operator or ')', but found the end",
                "1) | at character 2 of '1)': expected an operator or the end, but found ')'",
                "2 cores | at character 3 of '2 cores': expected an operator or the end, but found 'cores'",
                "hours | at character 1 of 'hours': expected a number, one of nodes",
                "Cores | at character 1 of 'Cores': expected a number, one of nodes",
                "-1 | at character 1 of '-1': expected a number",
                ".5 | at character 1 of '.5': expected a number",
                "1.2.3 | at character 4 of '1.2.3': expected an operator or the end, but found '.'",
                "1e9 | at character 2 of '1e9': expected an operator or the end, but found 'e9'",
                "1 ** 2 | at character 4 of '1 ** 2': expected a number",
                "floor(1) | at character 1 of 'floor(1)': expected a number",
                "٣ | at character 1 of '٣': expected a number",
                "1;rm | at character 2 of '1;rm': expected an operator or the end, but found ';'",
            })
    void anErrorNamesThePositionWhatWasExpectedAndTheText(String formula, String message) {
        assertThatThrownBy(() -> Formula.parse(formula))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aFormulaOfManyParenthesesIsRefused() {
        assertThat(value("(".repeat(32) + "7" + ")".repeat(32))).isEqualTo("7");
        assertThatThrownBy(() -> Formula.parse("(".repeat(33) + "7" + ")".repeat(33)))
                .hasMessageContaining("at character 33 of")
                .hasMessageContaining("expected at most 32 parentheses inside each other");
        assertThatThrownBy(() -> Formula.parse("(".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a formula has at most 1000 characters, but this one has 100000: '(((");
    }

    @Test
    void aFormulaOfTheLongestLengthIsComputed() {
        assertThat(value("1" + "+1".repeat(499))).isEqualTo("500");
        assertThat(value("9" + "*9".repeat(499)))
                .isEqualTo(BigDecimal.valueOf(9).pow(500));
        assertThat(value("1" + "/3".repeat(499)).signum()).isPositive();
    }

    @Test
    void itsTextIsKept() {
        assertThat(Formula.parse("1 +  1")).hasToString("1 +  1").isEqualTo(Formula.parse("1 +  1"));
        assertThat(Formula.parse("1+1")).isNotEqualTo(Formula.parse("1 + 1"));
    }
}
