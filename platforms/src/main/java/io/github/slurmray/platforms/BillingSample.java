package io.github.slurmray.platforms;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A bill that a site published, which its rules must give to the last digit. */
record BillingSample(
        String partition, JobUsage usage, Optional<String> unit, Map<String, String> parts, BigDecimal total) {
    static BillingSample read(Section s) {
        Duration time = s.time("time")
                .flatMap(t -> t.limit())
                .orElseThrow(() -> s.bad("time", "a time such as 00:15:00", null));
        JobUsage usage = JobUsage.of(time)
                .with(Quantity.NODES, s.number("nodes", 1).orElse(1))
                .with(Quantity.GPUS, s.number("gpus", 0).orElse(0))
                .with(Quantity.SLICES, s.number("slices", 0).orElse(0))
                .with(Quantity.DISK_GIB, s.decimal("diskGiB").orElse(BigDecimal.ZERO))
                .with(Quantity.MEMORY_GIB, s.decimal("memoryGiB").orElse(BigDecimal.ZERO))
                .with(Quantity.CORES, s.number("cores", 1).orElse(0));
        return new BillingSample(
                s.text("partition").orElseThrow(() -> s.bad("partition", "a partition", null)),
                usage,
                s.text("unit"),
                s.textsByKey("parts"),
                s.matching("total", "a number such as 24.14", "[0-9]{1,20}(\\.[0-9]{1,20})?")
                        .map(BigDecimal::new)
                        .orElseThrow(() -> s.bad("total", "a number such as 24.14", null)));
    }
}
