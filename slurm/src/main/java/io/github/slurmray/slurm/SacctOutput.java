package io.github.slurmray.slurm;

import io.github.slurmray.core.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of {@link Accounting}, and what accounting.sh prints of them. */
final class SacctOutput {
    /** sacct's names in the newer versions' spelling; first those that a user reads, in the usual order. */
    static final List<String> FIELDS = List.of(
            "JobID",
            "JobName",
            "Account",
            "Partition",
            "ReqCPUS",
            "AllocCPUS",
            "ReqNodes",
            "AllocNodes",
            "State",
            "AveCPU",
            "AveCPUFreq",
            "AveDiskRead",
            "AveDiskWrite",
            "Timelimit",
            "Submit",
            "Start",
            "Elapsed",
            "Planned",
            "End",
            "PlannedCPU",
            "CPUTime",
            "TotalCPU",
            "ExitCode",
            "MaxRSS",
            "ReqMem",
            "AllocTRES",
            "NodeList");

    private static final String FIELD = "\u001f";

    private SacctOutput() {}

    /**
     * Reads the rows. A job's name may hold line breaks, so a row ends where all its fields are there.
     *
     * @throws ProtocolException if fields are missing at the end, or there are too many
     */
    static List<AccountingRow> parse(String text) {
        return parse(FIELDS, text);
    }

    static List<AccountingRow> parse(List<String> names, String text) {
        List<AccountingRow> rows = new ArrayList<>();
        StringBuilder row = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (row.isEmpty() && line.isEmpty()) {
                continue;
            }
            row.append(row.isEmpty() ? "" : "\n").append(line);
            String[] values = row.toString().split(FIELD, -1);
            if (values.length > names.size()) {
                throw misunderstood(row.toString());
            }
            if (values.length == names.size()) {
                Map<String, String> fields = new LinkedHashMap<>();
                for (int i = 0; i < values.length; i++) {
                    fields.put(names.get(i), values[i]);
                }
                rows.add(new AccountingRow(fields));
                row.setLength(0);
            }
        }
        if (!row.isEmpty()) {
            throw misunderstood(row.toString());
        }
        return rows;
    }

    private static ProtocolException misunderstood(String row) {
        return new ProtocolException("sacct printed a row that can't be understood: '" + row + "'", null);
    }
}
