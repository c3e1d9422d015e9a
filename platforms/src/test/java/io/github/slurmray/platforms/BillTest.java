package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BillTest {
    private static BillingRule rule(String unit, String... partsAndFormulas) {
        Map<String, Formula> parts = new LinkedHashMap<>();
        for (int i = 0; i < partsAndFormulas.length; i += 2) {
            parts.put(partsAndFormulas[i], Formula.parse(partsAndFormulas[i + 1]));
        }
        return new BillingRule(List.of("p"), unit, parts);
    }

    private static final BillingRule PUHTI =
            rule("CPU BU", "cpu", "cores", "memory", "0.1 * memoryGiB", "disk", "0.006 * diskGiB");

    private static final BillingRule PUHTI_GPU =
            rule("GPU BU", "cpu", "cores", "memory", "0.1 * memoryGiB", "gpu", "60 * gpus");

    private static JobUsage usage(String wallTime, long cores, String memoryGiB) {
        return JobUsage.of(Duration.parse(wallTime))
                .with(Quantity.CORES, cores)
                .with(Quantity.MEMORY_GIB, new BigDecimal(memoryGiB))
                .with(Quantity.DISK_GIB, 0);
    }

    private static Bill.Known known(Bill bill) {
        return (Bill.Known) bill;
    }

    @Test
    void puhtisSampleIsMetPartByPart() {
        Bill.Known bill = known(PUHTI.bill(usage("PT12M22S", 80, "371.09")));

        assertThat(bill.unit()).isEqualTo("CPU BU");
        assertThat(bill.roundedParts())
                .containsExactly(
                        entry("cpu", new BigDecimal("16.49")),
                        entry("memory", new BigDecimal("7.65")),
                        entry("disk", new BigDecimal("0.00")));
        assertThat(bill.rounded()).isEqualTo("24.14");
        assertThat(bill).hasToString("24.14 CPU BU (cpu 16.49, memory 7.65, disk 0.00)");
    }

    /** Other jobs of Puhti whose seff was published. */
    @ParameterizedTest
    @CsvSource({
        "PT1M57S,40,156.25,1.30,0.51,1.81",
        "PT16H22M58S,4,16,65.53,26.21,91.74",
        "PT3H24M26S,5,25,17.04,8.52,25.55",
        "PT44M32S,5,20,3.71,1.48,5.20",
        "PT6M17S,40,7.8125,4.19,0.08,4.27",
        "PT6M6S,8,0.78125,0.81,0.01,0.82",
    })
    void theTotalIsRoundedFromItsExactValueAndNotFromItsParts(
            String time, long cores, String memory, String cpu, String mem, String total) {
        Bill.Known bill = known(PUHTI.bill(usage(time, cores, memory)));

        assertThat(bill.roundedParts().values().stream().map(BigDecimal::toString))
                .containsExactly(cpu, mem, "0.00");
        assertThat(bill.rounded()).isEqualTo(total);
    }

    @Test
    void aSecondOfAGpuOfPuhtiIsBilled() {
        Bill.Known bill = known(PUHTI_GPU.bill(usage("PT1S", 1, "16").with(Quantity.GPUS, 1)));

        assertThat(bill).hasToString("0.02 GPU BU (cpu 0.00, memory 0.00, gpu 0.02)");
    }

    @Test
    void theTotalIsExactWhereItsPartsHaveNoEnd() {
        JobUsage second = JobUsage.of(Duration.ofSeconds(1));
        Bill.Known bill = known(rule("BU", "a", "6", "b", "12").bill(second));

        assertThat(bill.total()).isEqualByComparingTo("0.005");
        assertThat(bill.rounded()).isEqualTo("0.01");
    }

    @Test
    void fractionsOfASecondAreBilled() {
        JobUsage usage = JobUsage.of(Duration.ofMillis(1_500)).with(Quantity.NODES, 1);

        assertThat(known(rule("BU", "a", "2400 * nodes").bill(usage)).total()).isEqualByComparingTo("1");
    }

    @Test
    void aPricePerUnitGivesMoney() {
        Bill.Known bill = known(PUHTI.bill(usage("PT1H", 10, "100")));

        assertThat(bill.total()).isEqualByComparingTo("20");
        assertThat(bill.money(new BigDecimal("0.035"))).isEqualByComparingTo("0.70");
    }

    @Test
    void aBillNamesAllThatIsNotKnownOfTheJob() {
        Bill bill = PUHTI.bill(JobUsage.of(Duration.ofHours(1)).with(Quantity.CORES, 1));

        assertThat(bill).isInstanceOfSatisfying(Bill.Unknown.class, unknown -> {
            assertThat(unknown.missing()).containsExactlyInAnyOrder(Quantity.MEMORY_GIB, Quantity.DISK_GIB);
            assertThat(unknown.reason())
                    .isEqualTo("not known of the job: diskGiB, which '0.006 * diskGiB' needs; "
                            + "not known of the job: memoryGiB, which '0.1 * memoryGiB' needs");
        });
        assertThat(bill.toString()).startsWith("unknown: not known of the job: diskGiB");
    }

    @Test
    void aPartitionWithoutAFormulaHasAnUnknownBill() {
        Billing billing = new Billing(List.of(PUHTI), Map.of("largemem", "the site says nothing of largemem"));
        JobUsage usage = usage("PT1H", 1, "1");

        assertThat(billing.bill("p", usage)).isEqualTo(PUHTI.bill(usage));
        assertThat(billing.bill("largemem", usage))
                .hasToString("unknown: the site says nothing of largemem; a rule for it can be added under"
                        + " /billing/rules of a site file");
        assertThat(billing.bill("new", usage))
                .hasToString("unknown: no formula is known for partition new; a rule for it can be added under"
                        + " /billing/rules of a site file");
    }

    @Test
    void aPartitionIsBilledByOneRule() {
        assertThatThrownBy(() -> new Billing(List.of(PUHTI, PUHTI_GPU), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("partition p is billed twice");
        assertThatThrownBy(() -> new Billing(List.of(PUHTI), Map.of("p", "unknown")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BillingRule(List.of("p"), "BU", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
