package io.github.slurmray.ray.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.Shell;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.RayClusterSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The functions of cluster.sh that need no job: bash reads the program up to its last lines and calls them. */
class ClusterScriptTest {
    @TempDir
    Path directory;

    private static String after(String functions, String call) {
        return Bash.output(functions + call);
    }

    private static String call(String call) {
        return after(Samples.functions(), call);
    }

    // ---------------------------------------------------------------- the text

    static List<String> scripts() {
        RayClusterSpec old = Samples.full()
                .rayEnvironment(Platforms.lab().rayEnvironment("pytorch/2.5"))
                .build();
        return List.of(
                Samples.planned(Samples.small().build(), Platforms.lab()),
                Samples.planned(Samples.full().build(), Platforms.lab()),
                Samples.planned(old, Platforms.lab()));
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void bashCanReadEveryScript(String script) throws IOException {
        Path file = Files.writeString(directory.resolve("script"), script);
        try (Host host = new LocalHost()) {
            CommandResult result = Bash.run(host, "bash -n " + Shell.quote(file.toString()));
            assertThat(result.ok()).as(result.stderr()).isTrue();
        }
    }

    // ---------------------------------------------------------------- json and events

    private static String json(String text) {
        String line = call("json " + Shell.quote(text) + "; printf '%s\\n' \"$REPLY\"");
        assertThat(line).endsWith("\"\n").doesNotContain("\r");
        assertThat(line.lines()).hasSize(1);
        return JsonMapper.shared().readTree(line).stringValue();
    }

    /** What json keeps of a text: control characters vanish, but for line breaks, and tabs become spaces. */
    private static String kept(String text) {
        return text.replace('\t', ' ').replaceAll("[\\x00-\\x09\\x0b-\\x1f\\x7f]", "");
    }

    @Test
    void everyByteOfAsciiComesOutAsJsonOnOneLine() {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c < 128; c++) {
            all.append(c);
            assertThat(json("a" + c + "b")).as("character %d", (int) c).isEqualTo(kept("a" + c + "b"));
        }
        assertThat(json(all.toString())).isEqualTo(kept(all.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Zürich",
                "京都",
                "😀",
                "\u00e9\u0301",
                "\u2028",
                "\\",
                "\\\\",
                "\\n",
                "\\u0041",
                "\"",
                "\\\"",
                "\"\"",
                "\n",
                "a\nb\n",
                "&",
                "\\&",
                "${HOME}",
                "$(id)",
                "`id`",
                "*",
                "%s",
                "{}",
                "'",
                "-n",
                "</script>"
            })
    void everyTextComesOutAsJson(String text) {
        assertThat(json(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20261122})
    void oddTextsComeOutAsJson(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 10; i++) {
            String text = Bash.oddText(random);
            assertThat(json(text)).as("seed %d, round %d", seed, i).isEqualTo(kept(text));
        }
    }

    @Test
    void anEventIsOneLineThatTheCodecReads() {
        String line = call("event failed cause 'a \"b\"' detail $'x\\ny' log ''; printf '%s\\n' \"$REPLY\"");
        assertThat(line.lines()).hasSize(1);
        assertThat(EventCodec.parse(line.strip())).isInstanceOfSatisfying(ClusterEvent.Failed.class, f -> {
            assertThat(f.node()).isEqualTo("cn1");
            assertThat(f.cause()).isEqualTo("a \"b\"");
            assertThat(f.detail()).isEqualTo("x\ny");
            assertThat(f.log()).isEmpty();
            assertThat(f.at()).isAfter(Instant.parse("2020-01-01T00:00:00Z"));
        });
    }

    private String lastLines(String log) throws IOException {
        Path file = Files.writeString(directory.resolve("log"), log);
        return "$(last_lines " + Shell.quote(file.toString()) + ")";
    }

    @Test
    void ofALongLogTheLastLinesAreTold() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            log.append("line ").append(i).append('\n');
        }
        List<String> lines =
                call("echo \"" + lastLines(log.toString()) + "\"").lines().toList();
        assertThat(lines).hasSize(12).endsWith("line 98", "line 99");
        assertThat(call("echo \"$(last_lines /no/such/log)\"")).isEqualTo("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\"", "\\", "\n", "\"\n", "京"})
    void theReportOfANodesEndIsOneWriteOfSlurmHoweverItsLogLooks(String letter) throws IOException {
        String line = call("SLURMD_NODENAME=" + "n".repeat(63)
                + "; say ray-exited role worker joined yes status 137 log \"" + lastLines(letter.repeat(5000)) + "\"");
        assertThat(line.lines()).hasSize(1);
        assertThat(line.getBytes(UTF_8)).hasSizeLessThan(1024);
        assertThat(EventCodec.parse(line.strip())).isInstanceOf(ClusterEvent.NodeLeft.class);
    }

    // ---------------------------------------------------------------- addresses

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inet | 2: eth0    inet 10.77.1.1/24 brd 10.77.1.255 scope global eth0 | 10.77.1.1",
                "src  | 10.77.1.2 dev eth0 src 10.77.1.1 uid 0                         | 10.77.1.1",
                "src  | 10.77.1.2 via 10.0.0.1 dev eth0 src 10.77.1.1                  | 10.77.1.1",
            })
    void theWordAfterAWordIsFound(String word, String line, String found) {
        assertThat(call("word_after " + word + " " + line)).isEqualTo(found + "\n");
    }

    @Test
    void aWordThatIsNotThereIsNotFound() {
        assertThat(call("word_after src dev eth0 && echo found; word_after src && echo found; word_after src src"
                        + " && echo found; :"))
                .isEmpty();
    }

    @Test
    void aNodeAlwaysHasAnAddress() {
        assertThat(call("own_address")).matches("\\d+\\.\\d+\\.\\d+\\.\\d+\n");
    }

    // ---------------------------------------------------------------- ports

    private static List<String> ports(int first, int stride, int blocks, int job) {
        String settings = "port_first=" + first + " port_stride=" + stride + " port_last="
                + (first + blocks * stride - 1) + " SLURM_JOB_ID=" + job;
        return after(Samples.functions(settings), "if choose_ports; then echo \"$base\"; else echo none; fi")
                .lines()
                .toList();
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void theFirstTryFollowsFromTheJobsId() {
        // of blocks that nobody uses: the job's number, modulo the blocks
        String free = "sockets() { lines=(); }\n"; // an empty table
        for (int job = 0; job < 8; job++) {
            assertThat(after(
                            Samples.functions("SLURM_JOB_ID=" + (4700 + job), "port_last=10299"),
                            free + "choose_ports; echo \"$base\""))
                    .isEqualTo((10_000 + (4700 + job) % 3 * 100) + "\n");
        }
    }

    @Test
    void nodesThatShareAMachineKeepApartEvenWhereTheirFirstBlocksAreTaken() {
        // ports 10301, 10401 and 10501 are taken: the first blocks of all three
        String taken = "sockets() { lines=('0: 0100007F:283D x' '1: 0100007F:28A1 x' '2: 0100007F:2905 x'); }\n";
        Set<String> chosen = new TreeSet<>();
        for (int node = 0; node < 3; node++) {
            chosen.add(after(
                    Samples.functions("SLURM_JOB_ID=1", "SLURM_JOB_NUM_NODES=3", "port_last=31999"),
                    taken + "choose_ports " + node + "; echo \"$base\""));
        }
        assertThat(chosen).hasSize(3).doesNotContain("10300\n", "10400\n", "10500\n");
    }

    @Test
    void jobsThatShareANodeKeepApartEvenWhereTheFirstBlocksOfAllAreTaken() {
        // the blocks of jobs 1 to 4, three nodes each
        String taken = "sockets() { lines=($(printf '0:0100007F:%04X ' {10300..11400..100})); }\n";
        Set<String> chosen = new TreeSet<>();
        for (int job = 1; job <= 4; job++) {
            chosen.add(after(
                    Samples.functions("SLURM_JOB_ID=" + job, "SLURM_JOB_NUM_NODES=3", "port_last=31999"),
                    taken + "choose_ports; echo \"$base\""));
        }
        assertThat(chosen).hasSize(4);
    }

    @Test
    void aLargeJobTriesEveryBlock() {
        // two blocks, of which the first is taken, and more nodes than blocks
        String taken = "sockets() { lines=('0: 0100007F:2711 x'); }\n";
        assertThat(after(
                        Samples.functions("SLURM_JOB_ID=2", "SLURM_JOB_NUM_NODES=4", "port_last=10199"),
                        taken + "choose_ports 0; echo \"$base\""))
                .isEqualTo("10100\n");
    }

    @Test
    void aBlockInWhichSomebodyListensIsSkipped() throws IOException {
        try (ServerSocket socket = listen()) {
            int taken = socket.getLocalPort();
            // blocks of four: the taken port is the last of the first block
            int first = taken - 3;
            for (int job = 0; job < 3; job++) {
                int base = Integer.parseInt(ports(first, 4, 40, job * 40).get(0));
                assertThat(base).isNotEqualTo(first);
                assertThat((base - first) % 4).isZero();
            }
        }
    }

    @Test
    void ifEveryBlockIsTakenThereIsNone() throws IOException {
        try (ServerSocket socket = listen()) {
            assertThat(ports(socket.getLocalPort(), 1, 1, 4711)).containsExactly("none");
            assertThat(ports(socket.getLocalPort() - 5, 10, 1, 4711)).containsExactly("none");
        }
    }

    @Test
    void blocksThatDoNotFitAreNone() {
        assertThat(ports(20_000, 100, 0, 1)).containsExactly("none");
    }

    // ---------------------------------------------------------------- the lease

    private String lease(String... steps) {
        StringBuilder script = new StringBuilder("""
                lease_text='' lease_seen=0 lease_checked=0 detached=no
                clock() { now=$at; }
                at() { at=$1; if lease_is_over; then echo over; else echo holds; fi; }
                """);
        for (String step : steps) {
            script.append(step).append('\n');
        }
        return after(
                        Samples.functions("run=" + Shell.quote(directory.toString()), "lease=60 lease_check=10"),
                        script.toString())
                .replace('\n', ' ')
                .strip();
    }

    @Test
    void aLeaseThatNobodyRenewsIsOverAfterItsLength() {
        assertThat(lease("echo launched >\"$run/lease\"", "at 10", "at 50", "at 69", "at 80"))
                .isEqualTo("holds holds holds over");
    }

    @Test
    void aRenewalCountsFromWhenItIsSeen() {
        assertThat(lease(
                        "echo 1 >\"$run/lease\"",
                        "at 10",
                        "at 60",
                        "echo 2 >\"$run/lease\"",
                        "at 71",
                        "at 130",
                        "at 140"))
                .isEqualTo("holds holds holds holds over");
    }

    @Test
    void whoSetsTheTimeOfDayEndsNoCluster() {
        // bash's SECONDS follows it
        assertThat(after(Samples.functions("run=" + Shell.quote(directory.toString())), """
                        lease_text='' lease_seen=0 lease_checked=0 detached=no
                        SECONDS=86400
                        if lease_is_over || joining_is_over; then echo over; else echo "after $now s"; fi
                        """))
                .matches("after [0-9] s\n");
    }

    @Test
    void aDetachedClusterNeedsNoLeaseWhateverIsWrittenIntoItLater() {
        assertThat(lease("echo 1 >\"$run/lease\"", "at 10", ": >\"$run/detached\"", "at 100", "at 9999"))
                .isEqualTo("holds holds holds");
        assertThat(lease(
                        ": >\"$run/detached\"",
                        "at 500",
                        "echo 1 >\"$run/lease\"",
                        "at 600",
                        "rm \"$run/lease\"",
                        "at 9999"))
                .isEqualTo("holds holds holds");
    }

    @Test
    void thatAClusterWasDetachedIsNotForgottenWhenItsDirectoryCanNotBeRead() {
        assertThat(lease(
                        "echo 1 >\"$run/lease\"", "at 10", ": >\"$run/detached\"", "at 100", "run=/nowhere", "at 9999"))
                .isEqualTo("holds holds holds");
    }

    @Test
    void aLeaseThatIsGoneRunsOut() {
        assertThat(lease("at 10", "at 50", "at 80")).isEqualTo("holds holds over");
    }

    @Test
    void theLeaseIsNotLookedAtMoreOftenThanItMust() {
        assertThat(lease("echo 1 >\"$run/lease\"", "at 10", "echo 2 >\"$run/lease\"", "at 15", "echo \"$lease_text\""))
                .isEqualTo("holds holds 1");
    }

    // ---------------------------------------------------------------- set-up

    /**
     * What the first node writes with these settings. Like Slurm's batch step it is in a process group of its own, of
     * which nothing may be left.
     *
     * @param definitions lines that replace functions of the program
     */
    private List<ClusterEvent> firstNode(String settings, String definitions) throws IOException {
        Files.createDirectories(directory.resolve("run/logs"));
        Files.writeString(directory.resolve("run/lease"), "launched\n");
        Files.writeString(directory.resolve("run/token"), "secret");
        Path script = Files.writeString(
                directory.resolve("script"),
                Samples.functions(
                                "run=" + directory.resolve("run"),
                                "SLURM_JOB_NODELIST=cn1 worker_nodes=() wrapper=() dashboard_open=never publish_host=''",
                                settings)
                        + "echo $$ >" + directory.resolve("pid") + "\ntmp=" + directory.resolve("r")
                        + "\nscontrol() { echo cn1; }\n" + definitions + "\nfirst_node\n");
        try (Host host = new LocalHost()) {
            Bash.run(host, "setsid --wait bash " + script);
            String pid = Files.readString(directory.resolve("pid")).strip();
            // but for the dead that this machine's first process hasn't buried yet
            assertThat(Bash.run(host, "ps -eo pgid=,stat=,args=").lines())
                    .as("what is left")
                    .noneMatch(p -> p.strip().startsWith(pid + " ") && !p.contains(" Z"));
        }
        assertThat(directory.resolve("r.b")).doesNotExist();
        return Files.readAllLines(directory.resolve("run/events.jsonl")).stream()
                .map(EventCodec::parse)
                .toList();
    }

    private static <E extends ClusterEvent> E only(List<ClusterEvent> events, Class<E> kind) {
        assertThat(events).filteredOn(kind::isInstance).hasSize(1);
        return events.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 1000",
                "x=$(sleep 1000)",
                "(sleep 1000 & sleep 1000) | cat",
                "bash -c 'trap : TERM USR1; while :; do sleep 1000; done'",
                "while :; do :; done",
                "while :; do /bin/true; done",
                "coproc sleep 1000; wait",
            })
    void aLineOfTheSetUpThatHangsIsNamedAtTheJoinTimeoutAndLeavesNoProcess(String line) throws IOException {
        List<ClusterEvent> events = firstNode("join_timeout=1 setup=('echo before' " + Shell.quote(line) + ")", "");

        ClusterEvent.Failed failed = only(events, ClusterEvent.Failed.class);
        assertThat(failed.cause()).isEqualTo("join-timeout");
        assertThat(failed.detail()).isEqualTo("0 of 1 nodes joined within 1 s; set-up still hung in: " + line);
        assertThat(failed.log()).startsWith("before");
        assertThat(only(events, ClusterEvent.Ending.class).reason()).isEqualTo("failed");
        assertThat(events).last().isInstanceOf(ClusterEvent.Finished.class);
    }

    @Test
    void theSearchForRayMayHangLikeALine() throws IOException {
        List<ClusterEvent> events = firstNode("join_timeout=1 setup=() wrapper=(hang)", "hang() { sleep 1000; }");

        assertThat(only(events, ClusterEvent.Failed.class).detail()).endsWith("hung in: the search for 'ray'");
    }

    @Test
    void theLeaseHoldsWhileSetUpHangs() throws IOException {
        List<ClusterEvent> events = firstNode("lease=1 setup=('sleep 1000')", "");

        assertThat(events).noneMatch(ClusterEvent.Failed.class::isInstance);
        only(events, ClusterEvent.LeaseOver.class);
        assertThat(only(events, ClusterEvent.Ending.class).reason()).isEqualTo("lease");
        assertThat(events).last().isInstanceOf(ClusterEvent.Finished.class);
    }

    /** The first node up to its first step, in whose place a line is run. */
    private String inPlaceOfTheFirstStep(String setup, String line) throws IOException {
        firstNode(
                "setup=(" + Shell.quote(setup) + ")",
                "find_ray() { ray_version=2.60.0; }\nstart_step() { { " + line + "; } >" + directory.resolve("out")
                        + "; exit 0; }");
        return Files.readString(directory.resolve("out"));
    }

    @Test
    void whatSetUpChangesHoldsForTheStepsAndNobodyKeepsTheTimeBesideThem() throws IOException {
        assertThat(inPlaceOfTheFirstStep(
                        "export FLAVOUR=sweet; ulimit -n 100", "bash -c 'echo $FLAVOUR; ulimit -n'; jobs -p"))
                .isEqualTo("sweet\n100\n");
    }

    @Test
    void whatSetUpLeavesRunningHoldsNoPipeOpen() throws IOException {
        assertThat(inPlaceOfTheFirstStep(
                        "sleep 1000 & left=$!", "readlink /proc/$left/fd/* || :; kill $left; wait $left"))
                .isNotEmpty()
                .doesNotContain("r.b/stop", "r.b/reports");
    }

    // ---------------------------------------------------------------- roles

    /** A node's program with Ray replaced by one that shows its arguments. */
    private String startRay(String arguments) {
        return after(
                Samples.functions(
                        "worker_flags=('--num-cpus=1' '--num-cpus=2 --num-gpus=4') head_flags='--num-cpus=3'",
                        "wrapper=(printf '%s\\n') head_address=10.0.0.1 gcs_port=10000"),
                "address=10.0.0.2 base=20000 dashboard_host=127.0.0.1 dashboard_port=10001\nstart_ray " + arguments);
    }

    @Test
    void eachGroupStartsRayWithItsOwnFlags() {
        assertThat(startRay("worker 0").lines())
                .contains("--num-cpus=1", "--address=10.0.0.1:10000")
                .doesNotContain("--head", "--num-gpus=4");
        assertThat(startRay("worker 1").lines()).contains("--num-cpus=2", "--num-gpus=4", "--node-ip-address=10.0.0.2");
        assertThat(startRay("head").lines()).contains("--head", "--num-cpus=3", "--port=10000");
    }

    @Test
    void aNodeIsToldItsRoleAndItsGroup() {
        String program = Scripts.read("cluster.sh");
        String ending = program.substring(program.indexOf("\nif [ \"${1:-}\" = node ]"));
        String shown = "node() { printf '<%s>' node \"$1\" \"${2:-}\"; }; first_node() { printf '<first>'; }\n";
        assertThat(Bash.output(shown + "set -- node worker 1\n" + ending)).isEqualTo("<node><worker><1>");
        assertThat(Bash.output(shown + "set -- node head\n" + ending)).isEqualTo("<node><head><>");
        assertThat(Bash.output(shown + "set --\n" + ending)).isEqualTo("<first>");
    }

    @Test
    void allPortsOfANodeLieInItsBlock() {
        for (String role : List.of("head", "worker 0")) {
            assertThat(startRay(role).lines().filter(l -> l.matches("--[a-z-]+-port=\\d+")))
                    .isNotEmpty()
                    .filteredOn(l -> !l.startsWith("--dashboard-port"))
                    .allSatisfy(l -> assertThat(Integer.parseInt(l.replaceAll(".*=", "")))
                            .isBetween(20_000, 20_099));
        }
    }

    // ---------------------------------------------------------------- who may reach the dashboard

    @ParameterizedTest
    @CsvSource({
        "2.43.0, guarded, no, 127.0.0.1",
        "2.51.2, guarded, no, 127.0.0.1",
        "2.52.0, guarded, yes, 10.0.0.1",
        "2.52.0rc1, guarded, yes, 10.0.0.1",
        "2.60.0, guarded, yes, 10.0.0.1",
        "3.0.0.dev0, guarded, yes, 10.0.0.1",
        "2.9, guarded, no, 127.0.0.1",
        "unknown, guarded, no, 127.0.0.1",
        "2.60.0, never, yes, 127.0.0.1",
        "2.43.0, always, no, 10.0.0.1",
        "unknown, never, no, 127.0.0.1",
        "1.99.0, guarded, no, 127.0.0.1",
    })
    void onlyATokenOrTheUserOpensTheDashboard(String version, String open, String guarded, String host)
            throws IOException {
        Files.writeString(directory.resolve("token"), "secret");
        assertThat(after(
                        Samples.functions(
                                "run=" + Shell.quote(directory.toString()), "wrapper=() dashboard_open=" + open),
                        "ray_version=" + version
                                + " head_address=10.0.0.1\nguard; echo \"$guarded $dashboard_host $dashboard_target\""))
                .isEqualTo(guarded + " " + host + " " + host + "\n");
    }

    @Test
    void aRayThatTheTokenWouldGuardIsNotStartedWithoutIt() throws IOException {
        assertThat(after(
                        Samples.functions(
                                "run=" + Shell.quote(directory.toString()), "wrapper=() dashboard_open=always"),
                        "ray_version=2.60.0 head_address=10.0.0.1\n(guard; echo started); echo \"$?\""))
                .isEqualTo("1\n");
        assertThat(directory.resolve("events.jsonl")).content().contains("\"type\":\"failed\"", "no-token");
    }

    // ---------------------------------------------------------------- which Ray there is

    /**
     * What is found with programs `ray` and `python3` of this text on the PATH, called by a wrapper that is a
     * container.
     */
    private String findRay(String ray, String python) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        program(
                bin.resolve("in-container"),
                "echo x >>" + directory.resolve("calls") + "; echo 'INFO: starting'; \"$@\"");
        program(bin.resolve("python3"), python);
        if (!ray.isEmpty()) {
            program(bin.resolve("ray"), ray);
        }
        return after(
                Samples.functions("wrapper=(in-container)"),
                "PATH=" + bin + ":/usr/bin:/bin; find_ray 2>/dev/null && echo \"$ray_version\" || echo none");
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/bash\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void raysVersionIsFoundByOneCallOfTheWrapperWhateverThatPrints() throws IOException {
        assertThat(findRay("true", "echo 2.60.0")).isEqualTo("2.60.0\n");
        assertThat(directory.resolve("calls")).hasContent("x");
    }

    @Test
    void aRayThatPythonDoesNotKnowIsOfUnknownVersion() throws IOException {
        assertThat(findRay("true", "exit 1")).isEqualTo("unknown\n");
    }

    @Test
    void withoutRayThereIsNoVersion() throws IOException {
        assertThat(findRay("", "echo 2.60.0")).isEqualTo("none\n");
    }
}
