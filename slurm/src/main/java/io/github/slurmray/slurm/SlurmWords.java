package io.github.slurmray.slurm;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What Slurm's error messages mean (Slurm's src/common/slurm_errno.c): pure functions. */
final class SlurmWords {
    private static final Pattern PREFIX =
            Pattern.compile("^(?:sbatch|squeue|sacct|scancel|scontrol): (?:(?:error|fatal|warning): )?"
                    + "(?:Batch job submission failed: )?");
    private static final Pattern RETRYING = Pattern.compile("sleeping and retrying|temporarily disabled, retrying");

    /** Nothing was sent, or it was turned away before it was looked at. */
    private static final Pattern NOT_TAKEN = Pattern.compile("\\(connect failure\\)"
            + "|Communication connection failure"
            + "|[Cc]onnection refused|No route to host|Network is unreachable"
            + "|Munge encode failed|[Pp]rotocol authentication error"
            + "|Resource temporarily unavailable|Rate limit exceeded"
            + "|in standby mode|Job creation temporarily disabled"
            + "|Unable to establish con|[Cc]ould not establish a configuration source"
            + "|Connection timed out establishing|error resolving");

    /** The request may have been taken before the answer was lost. */
    private static final Pattern PERHAPS_TAKEN = Pattern.compile("\\((?:send|receive|shutdown) failure\\)"
            + "|Message (?:send|receive) failure|Communication shutdown failure"
            + "|[Tt]imed out|Zero Bytes were transmitted|Unexpected message received|Insane message length"
            + "|Header lengths are longer|Connection reset|Broken pipe|Transport endpoint|socket error"
            + "|forced closed|shutting down|Kernel reported delayed");

    private static final Pattern NO_SUCH_JOB = Pattern.compile("Invalid job id specified");
    private static final Pattern OVER = Pattern.compile("already completing or completed");
    private static final Pattern NO_ACCOUNTING = Pattern.compile("accounting storage is disabled");
    /** Neither a slurm.conf nor anything that would fetch one: as against a controller that doesn't hand it out now. */
    private static final Pattern NO_CONFIGURATION =
            Pattern.compile("DNS SRV lookup failed" + "[\\s\\S]*[Cc]ould not establish a configuration source");

    private static final Pattern NOT_FOUND = Pattern.compile("not found|No such file or directory");

    private SlurmWords() {}

    /** The message without the names of the programs, on one line; the last lines if it is long. */
    static String essence(String stderr) {
        List<String> lines = stderr.lines()
                .filter(l -> !l.isBlank() && !RETRYING.matcher(l).find())
                .map(l -> PREFIX.matcher(l.strip()).replaceFirst(""))
                .distinct()
                .toList();
        return lines.subList(Math.max(0, lines.size() - 6), lines.size()).stream()
                .collect(Collectors.joining("; "));
    }

    static boolean notTaken(String stderr) {
        return NOT_TAKEN.matcher(stderr).find() && !perhapsTaken(stderr);
    }

    static boolean perhapsTaken(String stderr) {
        // sbatch's own retries are reported before the end that counts
        String said = stderr.lines().filter(l -> !RETRYING.matcher(l).find()).collect(Collectors.joining("\n"));
        return PERHAPS_TAKEN
                .matcher(said.replace("Connection timed out establishing", ""))
                .find();
    }

    static boolean noSuchJob(String stderr) {
        return NO_SUCH_JOB.matcher(stderr).find();
    }

    static boolean alreadyOver(String stderr) {
        return OVER.matcher(stderr).find();
    }

    static boolean noAccounting(String stderr) {
        return NO_ACCOUNTING.matcher(stderr).find();
    }

    /** Whether the host has no Slurm that could be asked, now or later. */
    static boolean noSlurm(int status, String stderr) {
        boolean noCommand =
                (status == 127 || status == 126) && NOT_FOUND.matcher(stderr).find();
        return noCommand || noConfiguration(stderr);
    }

    static boolean noConfiguration(String stderr) {
        return NO_CONFIGURATION.matcher(stderr).find();
    }
}
