package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.HostList;
import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.PartitionLimitsTest.Known;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real slurmctld that is made of {@link Platform#slurmConf()} is the site, as far as a slurm.conf can say it. */
@LabTest
class SlurmConfLabTest {
    private static final Pattern ANSWER = Pattern.compile("(?m)^@(\\d+) (\\d+)\n([^@]*)");

    @TempDir
    Path directory;

    static List<Platform> sites() {
        return Platforms.all();
    }

    /** Starts a controller from a site's slurm.conf, runs a script beside it, and ends it. */
    private String ask(Lab lab, Platform site, String script) throws IOException {
        Path conf = Files.writeString(directory.resolve("slurm.conf"), site.slurmConf());
        return lab.run("slurm-conf", conf.toString(), "bash", "-c", script);
    }

    /** What the controller says to a request. */
    private record Answer(boolean taken, String words) {
        @Override
        public String toString() {
            return taken ? "taken" : words;
        }
    }

    private List<Answer> tryOut(Lab lab, Platform site, List<SbatchScript> requests) throws IOException {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < requests.size(); i++) {
            script.append("words=$(sbatch --test-only 2>&1 <<'END'\n")
                    .append(requests.get(i).text())
                    .append("\nEND\n); printf '@%s %s\\n%s\\n' ")
                    .append(i)
                    .append(" $? \"$words\"\n");
        }
        List<Answer> answers = new ArrayList<>();
        Matcher m = ANSWER.matcher(ask(lab, site, script.toString()));
        while (m.find()) {
            assertThat(m.group(1)).isEqualTo(Integer.toString(answers.size()));
            answers.add(new Answer(
                    m.group(2).equals("0"), m.group(3).strip().replaceAll("allocation failure: |sbatch: error: ", "")));
        }
        assertThat(answers).hasSameSizeAs(requests);
        return answers;
    }

    /** Why a slurm.conf doesn't limit what {@link Platform#check} does. */
    private static Optional<String> beyond(Known k) {
        if (isForSlice(k)) {
            return Optional.of("which nodes have slices isn't known, so none has");
        }
        Partition p = k.partition();
        return switch (k.rule()) {
            case "partition-jobs" -> Optional.of("jobs of a user are counted by a QOS: MaxSubmitJobsPerUser");
            case "job-gpus" -> Optional.of("GPUs of a job are counted by a QOS: MaxTRESPerJob");
            case "job-gpus-min" -> Optional.of("GPUs of a job are counted by a QOS: MinTRESPerJob");
            case "gpu-cpus" -> Optional.of("Slurm has no limit of CPUs for each GPU");
            case "node-gpus" ->
                Optional.of("a node has more GPUs than a job may have of it: a QOS, MaxTRESPerNode")
                        .filter(why -> gpusOfANode(p) > k.limit());
            case "node-disk" ->
                Optional.of("a node gives more disk in another partition: a QOS, MaxTRESPerNode")
                        .filter(why -> diskOfANode(k) > k.limit());
            case "node-memory" ->
                Optional.of("memory comes with CPUs or GPUs, but Slurm takes a --mem up to the node's")
                        .filter(why -> p.memoryFollows() && k.limit() < memoryOfANode(p));
            default -> Optional.empty();
        };
    }

    private static boolean isForSlice(Known k) {
        Optional<String> slice = k.partition().gpus().slice().flatMap(GpuRules.Slice::type);
        return request(k, k.limit()).gres().stream().map(Gres::type).anyMatch(t -> t.isPresent() && t.equals(slice));
    }

    private static int gpusOfANode(Partition p) {
        return p.nodeTypes().stream()
                .flatMap(t -> t.gpus().stream())
                .flatMapToInt(g -> g.count().stream())
                .max()
                .orElse(0);
    }

    private static long diskOfANode(Known k) {
        List<String> types =
                k.partition().nodeTypes().stream().map(NodeType::name).toList();
        return k.site().partitions().values().stream()
                .filter(p -> p.nodeTypes().stream().map(NodeType::name).anyMatch(types::contains))
                .flatMap(p -> p.localDisk().maxPerNode().stream())
                .mapToLong(disk -> disk.bytes() >> 30)
                .max()
                .orElse(0);
    }

    private static long memoryOfANode(Partition p) {
        return p.memory()
                .perNode()
                .or(() -> p.memory()
                        .followsGpus()
                        .map(m -> new Memory(m.bytes() * p.gpus().perNode().orElse(1))))
                .map(m -> m.bytes() >> 20)
                .orElse(0L);
    }

    private static SbatchScript request(Known k, long asked) {
        return k.asking().apply(asked).script(k.site(), k.partition());
    }

    /** What a refusal says, by the rule that it is of. */
    private static String refusal(String rule) {
        return switch (rule) {
            case "partition-time" -> "Requested time limit is invalid.*";
            case "partition-nodes", "partition-min-nodes" -> "Node count specification invalid|More processors .*";
            case "node-memory", "job-memory" -> "Memory required by task is not available";
            case "node-gpus" -> "Requested node configuration is not available|Invalid generic resource.*";
            default -> "Requested node configuration is not available|More processors requested than permitted";
        };
    }

    @ParameterizedTest
    @MethodSource("sites")
    void theControllerTakesTheLargestRequestAndRefusesOneMoreAsCheckDoes(Platform site, Lab lab) throws IOException {
        List<Known> limits = PartitionLimitsTest.limits()
                .filter(k -> k.site().name().equals(site.name()))
                .toList();
        List<SbatchScript> requests = limits.stream()
                .flatMap(k -> List.of(request(k, k.limit()), request(k, k.limit() + k.excess())).stream())
                .toList();

        List<Answer> answers = tryOut(lab, site, requests);

        StringBuilder table = new StringBuilder("""
                | partition | rule | limit | at it | one more | beyond a slurm.conf |
                |---|---|---|---|---|---|
                """);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < limits.size(); i++) {
            Known k = limits.get(i);
            Answer at = answers.get(2 * i);
            Answer over = answers.get(2 * i + 1);
            Optional<String> beyond = beyond(k);
            table.append(String.join(
                            " | ",
                            "| " + k.partition().name(),
                            k.rule(),
                            Long.toString(k.limit()),
                            at + "",
                            over + "",
                            beyond.orElse("") + " |"))
                    .append('\n');
            boolean agrees = at.taken() && !over.taken() && over.words().matches(refusal(k.rule()));
            boolean differsAsSaid = at.taken() == over.taken() && at.taken() != isForSlice(k);
            if (beyond.isPresent() ? !differsAsSaid : !agrees) {
                wrong.add(k + ": at the limit " + at + ", one more " + over
                        + beyond.map(b -> ", though " + b).orElse(""));
            }
        }
        Path tables = Files.createDirectories(Path.of("target/slurm-conf"));
        Files.writeString(tables.resolve(site.name() + ".md"), table);
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("sites")
    void theControllerShowsThePartitionsAndNodesThatAreKnown(Platform site, Lab lab) throws IOException {
        String said = ask(
                lab,
                site,
                "scontrol show config | grep -E '^(ClusterName|SelectType|EnforcePartLimits) '"
                        + "; echo @; scontrol -o show partition; echo @; sinfo -h -e -o '%R|%D|%c|%m|%G|%l'");
        String[] parts = said.split("@\n", -1);

        site.slurm().cluster().ifPresent(c -> assertThat(parts[0]).containsPattern("ClusterName += " + c + "\n"));
        assertThat(parts[0]).containsPattern("EnforcePartLimits += ALL");
        Map<String, Map<String, String>> partitions = new LinkedHashMap<>();
        parts[1].lines().map(SlurmConfLabTest::fields).forEach(f -> partitions.put(f.get("PartitionName") + "", f));
        assertThat(partitions.keySet()).isEqualTo(site.partitions().keySet());
        for (Partition p : site.partitions().values()) {
            Map<String, String> shown = Objects.requireNonNull(partitions.get(p.name()));
            assertThat(shown)
                    .as(p.name())
                    .containsEntry(
                            "MaxTime", p.maxTime().map(SlurmConfLabTest::shown).orElse("UNLIMITED"))
                    .containsEntry(
                            "MaxNodes", p.maxNodes().isPresent() ? p.maxNodes().getAsInt() + "" : "UNLIMITED")
                    .containsEntry("Default", p.isDefault() ? "YES" : "NO")
                    .containsEntry("OverSubscribe", p.isByNode() ? "EXCLUSIVE" : "NO");
            Set<String> groups = new TreeSet<>();
            for (String line :
                    parts[2].lines().filter(l -> l.startsWith(p.name() + "|")).toList()) {
                String[] f = line.split("\\|", -1);
                groups.add(String.join("|", f[1], f[2], f[3], f[4].contains("gpu:") ? "gpus" : ""));
            }
            if (p.nodeTypes().stream()
                            .allMatch(t -> t.nodes().isPresent()
                                    && t.usableCores().isPresent()
                                    && t.usableMemory().isPresent())
                    && !p.nodeTypes().isEmpty()) {
                assertThat(groups)
                        .as(p.name())
                        .containsExactlyInAnyOrderElementsOf(p.nodeTypes().stream()
                                .map(t -> t.nodes().getAsInt() + "|"
                                        + t.usableCores().getAsInt() + "|"
                                        + (t.usableMemory().orElseThrow().bytes() >> 20) + "|"
                                        + (t.gpus().isPresent() ? "gpus" : ""))
                                .toList());
            } else {
                assertThat(groups).as(p.name()).isNotEmpty();
            }
        }
    }

    /** The lab that runs was started from lab/conf/slurm.conf; the lab's platform makes the same cluster. */
    @Test
    void aControllerMadeOfTheLabsPlatformShowsWhatTheLabShows(Lab lab) throws IOException {
        String show = "scontrol show config | sed -n 's/^DefMemPerCPU *= /Default DefMemPerCPU=/p';"
                + " scontrol -o show partition; scontrol -o show node | sort";
        List<? extends Map<String, String>> real = describe(lab.sh("ctl", show));
        List<? extends Map<String, String>> made = describe(ask(lab, Platforms.lab(), show));

        assertThat(real).hasSize(5 + 3);
        assertThat(made).isEqualTo(real);
    }

    private static List<? extends Map<String, String>> describe(String shown) {
        Set<String> compared = Set.of(
                "PartitionName",
                "Default",
                "DefaultTime",
                "MaxTime",
                "MinNodes",
                "MaxNodes",
                "Nodes",
                "OverSubscribe",
                "TotalCPUs",
                "TotalNodes",
                "DefMemPerCPU",
                "MaxCPUsPerNode",
                "NodeName",
                "CPUTot",
                "RealMemory",
                "Sockets",
                "CoresPerSocket",
                "ThreadsPerCore",
                "Gres");
        // what the lab says for all partitions at once
        String memory = shown.lines()
                .filter(l -> l.startsWith("Default "))
                .findFirst()
                .map(l -> fields(l).get("DefMemPerCPU"))
                .orElse("none");
        return shown.lines()
                .filter(l -> !l.startsWith("Default "))
                .map(line -> {
                    Map<String, String> fields = new TreeMap<>(fields(line));
                    fields.keySet().retainAll(compared);
                    fields.computeIfPresent("Nodes", (k, v) -> String.join(",", HostList.expand(v)));
                    fields.computeIfPresent("Gres", (k, v) -> v.replaceAll("\\(S:.*\\)", ""));
                    if (fields.containsKey("PartitionName")) {
                        fields.putIfAbsent("DefMemPerCPU", memory);
                    }
                    return fields;
                })
                .toList();
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String word : line.strip().split(" +", -1)) {
            int at = word.indexOf('=');
            if (at > 0) {
                fields.putIfAbsent(word.substring(0, at), word.substring(at + 1));
            }
        }
        return fields;
    }

    private static String shown(WallTime time) {
        return time.toSlurm();
    }
}
