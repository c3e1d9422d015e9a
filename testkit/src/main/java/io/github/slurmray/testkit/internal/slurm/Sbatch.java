package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Given;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** sbatch. */
final class Sbatch {
    /** Variables that preset options: between the script's and the command line's. */
    private static final Map<String, String> PRESETS = Map.of(
            "SBATCH_ACCOUNT", "account",
            "SBATCH_PARTITION", "partition",
            "SBATCH_TIMELIMIT", "time",
            "SBATCH_QOS", "qos",
            "SBATCH_JOB_NAME", "job-name",
            "SBATCH_CONSTRAINT", "constraint",
            "SBATCH_OUTPUT", "output",
            "SBATCH_ERROR", "error",
            "SBATCH_EXPORT", "export");

    private final Controller controller;
    private final Invocation call;

    Sbatch(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    static Optional<String> reads(Invocation call) {
        try {
            GetOpt.Line line = SbatchOptions.SYNTAX.parse(call.arguments());
            return line.has("wrap") || line.has("version")
                    ? Optional.empty()
                    : Optional.of(
                            line.operands().isEmpty()
                                    ? "/dev/stdin"
                                    : call.absolute(line.operands().get(0)));
        } catch (Misused | Unsupported e) {
            return Optional.empty();
        }
    }

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SbatchOptions.SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        JobRequest request = request(line);
        if (!controllerAnswers) {
            return refused(line, SlurmTexts.NO_CONTROLLER, List.of());
        }
        try {
            return line.has("test-only") ? estimate(request) : submit(request, line);
        } catch (Refused e) {
            return refused(line, e.reason(), e.remarks());
        }
    }

    private JobRequest request(GetOpt.Line line) throws Misused {
        JobRequest r = new JobRequest();
        r.user = controller.conf().users().user();
        r.uid = controller.conf().users().uid();
        r.environment = call.environment();
        r.workDir = call.directory();
        r.submitLine = "sbatch " + String.join(" ", call.arguments());
        readScript(line, r);
        SbatchOptions options = new SbatchOptions(r, call, controller.now(), controller.conf());
        options.apply(Directives.of(
                r.script, line.operands().isEmpty() ? "stdin" : line.operands().get(0)));
        List<Given> presets = new ArrayList<>();
        new TreeMap<>(PRESETS).forEach((variable, option) -> {
            String value = call.environment().get(variable);
            if (value != null) {
                presets.add(new Given(option, value));
            }
        });
        options.apply(presets);
        options.apply(line.options());
        boolean old = controller.conf().release() == SlurmRelease.V22_05;
        if (old && r.maxNodes.isPresent() && r.nodeList.size() > r.maxNodes.getAsInt()) {
            throw new Misused(
                    "sbatch: error: invalid number of nodes (-N " + r.nodeList.size() + "-" + r.maxNodes.getAsInt()
                            + ")\n",
                    1);
        }
        return r;
    }

    private void readScript(GetOpt.Line line, JobRequest r) throws Misused {
        if (line.has("wrap")) {
            if (!line.operands().isEmpty()) {
                throw new Misused("sbatch: error: Script arguments not permitted with --wrap option\n", 1);
            }
            r.name = "wrap";
            r.script = "#!/bin/sh\n# This script was created by sbatch --wrap.\n\n" + line.get("wrap", "") + "\n";
            return;
        }
        if (line.operands().isEmpty()) {
            r.name = "sbatch";
            r.script = call.input().orElse("");
        } else {
            String file = line.operands().get(0);
            r.name = file.substring(file.lastIndexOf('/') + 1);
            r.command = call.absolute(file);
            r.arguments = line.operands().subList(1, line.operands().size());
            r.script =
                    call.input().orElseThrow(() -> new Misused("sbatch: error: Unable to open file " + file + "\n", 1));
        }
        checkScript(r.script);
    }

    private static void checkScript(String script) throws Misused {
        if (script.isEmpty()) {
            throw new Misused("sbatch: error: Batch script is empty!\n", 1);
        }
        if (script.isBlank()) {
            throw new Misused("sbatch: error: Batch script contains only whitespace!\n", 1);
        }
        if (!script.startsWith("#!")) {
            throw new Misused("""
                    sbatch: error: This does not look like a batch script.  The first
                    sbatch: error: line must start with #! followed by the path to an interpreter.
                    sbatch: error: For instance: #!/bin/sh
                    """, 1);
        }
        if (script.indexOf('\0') >= 0) {
            throw new Misused("""
                    sbatch: error: The Slurm controller does not allow scripts that
                    sbatch: error: contain a NULL character '\\0'.
                    """, 1);
        }
        if (script.contains("\r\n")) {
            throw new Misused("""
                    sbatch: error: Batch script contains DOS line breaks (\\r\\n)
                    sbatch: error: instead of expected UNIX line breaks (\\n).
                    """, 1);
        }
    }

    private static Reply refused(GetOpt.Line line, String reason, List<String> remarks) {
        StringBuilder err = new StringBuilder();
        remarks.forEach(r -> err.append("sbatch: error: ").append(r).append('\n'));
        err.append(line.has("test-only") ? "allocation failure: " : "sbatch: error: Batch job submission failed: ")
                .append(reason)
                .append('\n');
        return Reply.Answer.failed(err.toString(), 1);
    }

    private Reply estimate(JobRequest request) throws Refused {
        Queue.Estimate e = controller.queue().estimate(request);
        Job j = e.job();
        return new Reply.Answer(
                "",
                "sbatch: Job " + j.id + " to start at "
                        + Times.print(
                                e.start(), call.environment(), controller.conf().zone()) + " using " + j.cpus()
                        + " processors on nodes " + j.nodeList() + " in partition " + j.partition.name() + "\n",
                0);
    }

    private Reply submit(JobRequest request, GetOpt.Line line) throws Refused {
        Job job = controller.queue().submit(request);
        String said = line.has("parsable") ? job.id + "\n" : "Submitted batch job " + job.id + "\n";
        String out = line.has("quiet") ? "" : said;
        return line.has("wait") ? new Reply.AwaitJob(out, job.id) : Reply.Answer.ok(out);
    }
}
