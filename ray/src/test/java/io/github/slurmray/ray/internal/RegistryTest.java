package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.slurmray.core.Host;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.ClusterSummary;
import io.github.slurmray.ray.PruneReport;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusters;
import io.github.slurmray.ray.WrappedHost;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.testkit.Leaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All clusters of a user at once: what list and prune say of them, and how often they ask. */
@ExtendWith(Leaks.class)
class RegistryTest {
    private static final Duration LEASE = Duration.ofHours(1);
    private static final Duration TIME_LIMIT = Duration.ofDays(1);

    @TempDir
    Path temporary;

    private final List<String> commands = new ArrayList<>();
    private FakeSlurm slurm;
    private Host host;

    @BeforeEach
    void openHost() throws IOException {
        slurm = new FakeSlurm(temporary);
        slurm.accounting(true);
        host = counting(slurm.host(), commands);
    }

    @AfterEach
    void closeHost() {
        host.close();
    }

    private RayClusters clusters() {
        return RayClusters.on(host, Platforms.lab());
    }

    /** A cluster that was prepared now. */
    private ClusterId prepared(int n, boolean publishes) throws IOException {
        ClusterId id = new ClusterId(String.format("ray-2026-%04d", n));
        Optional<Publish> publish =
                publishes ? Optional.of(Publish.dashboardTo(Samples.vm().build())) : Optional.empty();
        PlanRecord plan = new PlanRecord(id, 1, TIME_LIMIT, LEASE, Duration.ofSeconds(1), true, publish);
        new RunDirectory(host, ".slurmray/" + id)
                .prepare(plan.toJson(), "#!/bin/bash\n", Map.of("lease", "launched\n"), Optional.empty());
        commands.clear();
        return id;
    }

    private ClusterId submitted(int n) throws IOException {
        return submitted(prepared(n, false), n + "");
    }

    /** As its record says it. */
    private ClusterId submitted(ClusterId id, String sbatchSaid) throws IOException {
        Path attempt = Files.createDirectories(slurm.run(id).resolve("submit/attempt.1"));
        Files.writeString(attempt.resolve("out"), sbatchSaid + "\n");
        Files.writeString(attempt.resolve("status"), "0 1763800000\n");
        Files.writeString(slurm.file("names/" + sbatchSaid.replaceAll("(?s).*\n|;.*", "")), id + "\n");
        return id;
    }

    private void quietFor(ClusterId id, Duration time) throws IOException {
        for (String name : List.of("plan.json", "lease", "events.jsonl")) {
            Path file = slurm.run(id).resolve(name);
            if (Files.exists(file)) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(time)));
            }
        }
    }

    @Test
    void howManyTheyAreTheyAreListedWithTwoCommands() throws IOException {
        for (int n = 100; n < 140; n++) {
            submitted(n);
            slurm.says(n, n % 2 == 0 ? "RUNNING" : "CANCELLED");
        }
        prepared(1, false);

        List<ClusterSummary> list = clusters().list();

        assertThat(commands).hasSize(2);
        assertThat(list).hasSize(41);
        assertThat(list.get(0).job()).isEmpty();
        assertThat(list.subList(1, 41)).allSatisfy(c -> {
            long n = Long.parseLong(c.job().orElseThrow().toString());
            assertThat(c.id().value()).isEqualTo("ray-2026-0" + n);
            assertThat(c.state().orElseThrow())
                    .isInstanceOf(n % 2 == 0 ? JobState.Running.class : JobState.Ended.class);
        });
        assertThat(list).isSortedAccordingTo((a, b) -> a.id().value().compareTo(b.id().value()));
    }

    @Test
    void whereThereIsNothingNothingIsListed() throws IOException {
        assertThat(clusters().list()).isEmpty();
        Files.createDirectories(temporary.resolve("home/.slurmray/somebodys-own"));
        Files.writeString(temporary.resolve("home/.slurmray/plan.json"), "{}");
        Files.createDirectories(temporary.resolve("home/.slurmray/Not a cluster"));
        Files.writeString(temporary.resolve("home/.slurmray/Not a cluster/plan.json"), "{}");
        assertThat(clusters().list()).isEmpty();
        assertThat(clusters().prune(Duration.ZERO)).isEqualTo(new PruneReport(List.of(), Map.of()));
    }

    @Test
    void whatAFilterOfTheSiteSaysBesidesTheJobTakesAnotherQuestion() throws IOException {
        ClusterId federated = submitted(prepared(1, false), "101;cluster2");
        ClusterId chatty = submitted(prepared(2, false), "sbatch: your project has 3 CPU hours left\n102");
        slurm.says(101, "RUNNING");
        slurm.says(102, "RUNNING");

        assertThat(clusters().list())
                .extracting(ClusterSummary::id, c -> c.job().orElseThrow())
                .containsExactly(tuple(federated, new JobId(101)), tuple(chatty, new JobId(102)));
        assertThat(commands).hasSize(3);
    }

    @Test
    void allThatEndedAreRemovedWithAFewCommands() throws IOException {
        for (int n = 100; n < 120; n++) {
            submitted(n);
            slurm.says(n, "CANCELLED");
        }
        ClusterId lives = submitted(120);
        slurm.says(120, "RUNNING");
        ClusterId unsubmitted = prepared(1, false);

        PruneReport report = clusters().prune();

        assertThat(commands).hasSize(3);
        assertThat(report.removed()).hasSize(20);
        assertThat(report.kept()).containsOnlyKeys(lives, unsubmitted);
        assertThat(report.kept().get(lives)).contains("job 120");
        assertThat(slurm.run(lives)).exists();
        assertThat(slurm.run(new ClusterId("ray-2026-0100"))).doesNotExist();
        assertThat(clusters().prune(Duration.ZERO).removed()).containsExactly(unsubmitted);
    }

    @Test
    void withoutAWayToTheVmWhatHasAKeyThereStays() throws IOException {
        ClusterId withKey = submitted(prepared(100, true), "100");
        ClusterId without = submitted(101);
        slurm.says(100, "CANCELLED");
        slurm.says(101, "CANCELLED");

        PruneReport report = clusters().prune();

        assertThat(report.removed()).containsExactly(without);
        assertThat(report.kept().get(withKey)).contains("withVmHost");
        assertThat(clusters().withVmHost(host).prune().removed()).containsExactly(withKey);
    }

    // ---------------------------------------------------------------- what is no whole cluster

    /** What a preparation that was killed, or a removal that was cut, may leave: the names, and texts of some. */
    static Stream<Map<String, String>> remains() {
        return Stream.of(
                Map.of(),
                Map.of("logs/", ""),
                Map.of(".nfs00000000a1b2c3d400000001", "open somewhere"),
                Map.of("logs/", "", "plan.json", ""),
                Map.of("logs/", "", "plan.json", "{\"v\":1,\"id\":\"ray-2026"),
                Map.of("logs/.nfs00000000a1b2c3d400000001", "", "plan.json", "{}\n"),
                Map.of("logs/", "", "plan.json", "{}\n", "cluster.sh", "#!/bin/b"));
    }

    private ClusterId left(Map<String, String> remains, Duration ago) throws IOException {
        ClusterId id = ClusterId.random();
        Path run = Files.createDirectories(slurm.run(id));
        for (Map.Entry<String, String> file : remains.entrySet()) {
            Path path = run.resolve(file.getKey());
            Files.createDirectories(file.getKey().endsWith("/") ? path : path.getParent());
            if (!file.getKey().endsWith("/")) {
                Files.writeString(path, file.getValue());
            }
        }
        try (Stream<Path> all = Files.walk(run)) {
            FileTime then = FileTime.from(Instant.now().minus(ago));
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.setLastModifiedTime(path, then);
            }
        }
        return id;
    }

    @ParameterizedTest
    @MethodSource("remains")
    void whatIsLeftOfAPreparationOrARemovalThatWasCutIsPrunedOnceItIsOld(Map<String, String> remains)
            throws IOException {
        ClusterId old = left(remains, Duration.ofMinutes(11));
        ClusterId young = left(remains, Duration.ofMinutes(9));

        assertThat(clusters().list()).extracting(ClusterSummary::id).containsExactlyInAnyOrder(old, young);
        PruneReport report = clusters().prune();

        assertThat(report.removed()).containsExactly(old);
        assertThat(report.kept()).containsOnlyKeys(young);
        assertThat(report.kept().get(young)).contains("just now");
        assertThat(slurm.run(old)).doesNotExist();
        assertThat(slurm.run(young)).exists();
    }

    @Test
    void whatAnotherProgramIsPreparingJustNowStaysThoughItsFirstFileIsOld() throws IOException {
        ClusterId id = left(Map.of("plan.json", "{}\n"), Duration.ofMinutes(11));
        Files.createFile(slurm.run(id).resolve("cluster.sh"));

        assertThat(clusters().prune().kept()).containsOnlyKeys(id);
    }

    @Test
    void aRemovalThatWasCutNeedsNoConnectionToTheVmSinceTheKeyWentFirst() throws IOException {
        ClusterId id = prepared(1, true);
        Files.delete(slurm.run(id).resolve("whole"));
        quietFor(id, Duration.ofMinutes(11));
        Files.setLastModifiedTime(slurm.run(id), FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));

        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void aRemovalThatWasCutBeforeTheSubmissionsRecordIsGoneOnWith() throws IOException {
        ClusterId id = submitted(prepared(1, true), "100");
        slurm.says(100, "CANCELLED");
        Files.delete(slurm.run(id).resolve("whole"));
        Files.delete(slurm.run(id).resolve("plan.json"));

        assertThat(clusters().prune().removed())
                .as("a name that only tests have: without a plan it may be anybody's")
                .isEmpty();
        Files.writeString(slurm.run(id).resolve("plan.json"), "{\"v\":1");
        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void whatHasNoPlanAndNotTheNameOfOneOfOursIsNotTouchedHoweverOldItIs() throws IOException {
        for (String name : List.of("submissions/some-token/attempt.1", "somebodys-own", "ray-20261122-k7w2m9xqp0/x")) {
            Files.createDirectories(slurm.file("home/.slurmray").resolve(name));
        }
        Files.writeString(slurm.file("home/.slurmray/ray-20261122-k7w2m9xqpd"), "a file");

        assertThat(clusters().prune(Duration.ZERO)).isEqualTo(new PruneReport(List.of(), Map.of()));
        assertThat(slurm.file("home/.slurmray/submissions/some-token/attempt.1"))
                .exists();
    }

    // ---------------------------------------------------------------- another Slurm with the same home

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "COMPLETED", "CANCELLED"})
    void aJobOfAnotherNameIsNotTheClustersAndPrunesNothing(String state) throws IOException {
        ClusterId id = submitted(100);
        slurm.says(100, state, "stranger");
        slurm.event(id, "ended", "reason", "signal");
        quietFor(id, TIME_LIMIT.multipliedBy(2));

        PruneReport report = clusters().prune();

        assertThat(report.removed()).isEmpty();
        assertThat(report.kept().get(id)).contains("job 100", "'stranger'", "another", "login node");
        assertThat(slurm.run(id)).exists();
        assertThat(clusters().list())
                .singleElement()
                .satisfies(c -> assertThat(c.state()).get().isInstanceOf(JobState.Unknown.class));
        slurm.says(100, "COMPLETED", id.value());
        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void twoClustersOfTwoSlurmsMayHaveTheSameJobId() throws IOException {
        ClusterId ours = submitted(prepared(1, false), "100");
        ClusterId theirs = submitted(prepared(2, false), "100");
        slurm.says(100, "COMPLETED", ours.value());

        assertThat(clusters().list())
                .extracting(ClusterSummary::id, c -> c.state().orElseThrow().isEnded())
                .containsExactly(tuple(ours, true), tuple(theirs, false));
        assertThat(clusters().prune().removed()).containsExactly(ours);
    }

    // ---------------------------------------------------------------- what Slurm has forgotten

    @Test
    void aForgottenJobThatWroteItsEndIsPrunedByAProgramThatAsksOnce() throws IOException {
        ClusterId id = submitted(100);
        slurm.event(id, "started", "job", "100", "restarts", "0", "nodes", "cn1");
        slurm.event(id, "ended", "reason", "signal");

        assertThat(clusters().list().get(0).state().orElseThrow())
                .as("how it ended may still be recorded")
                .isInstanceOf(JobState.Unknown.class);
        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void aForgottenJobThatWasStartedAgainAfterItsEndStays() throws IOException {
        ClusterId id = submitted(100);
        slurm.event(id, "ended", "reason", "signal");
        slurm.event(id, "started", "job", "100", "restarts", "1", "nodes", "cn1");

        assertThat(clusters().prune().kept().get(id)).contains("hasn't written that it ended");
    }

    @Test
    void aForgottenJobWithoutAnEndStaysUntilItsLeaseMustHaveRunOut() throws IOException {
        ClusterId id = submitted(100);
        slurm.event(id, "started", "job", "100", "restarts", "0", "nodes", "cn1");

        assertThat(clusters().prune().kept().get(id))
                .contains("doesn't know its job 100")
                .contains("3900 s");
        quietFor(id, LEASE);
        assertThat(clusters().prune().removed()).isEmpty();
        quietFor(id, LEASE.plusMinutes(6));
        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void aForgottenJobThatWasDetachedStaysUntilItsTimeLimitMustBeOver() throws IOException {
        ClusterId id = submitted(100);
        slurm.event(id, "started", "job", "100", "restarts", "0", "nodes", "cn1");
        Files.createFile(slurm.run(id).resolve("detached"));

        quietFor(id, LEASE.plusMinutes(6));
        assertThat(clusters().prune().removed()).isEmpty();
        quietFor(id, TIME_LIMIT.plusMinutes(6));
        assertThat(clusters().prune().removed()).containsExactly(id);
    }

    @Test
    void anErrorOfSlurmPrunesNothing() throws IOException {
        ClusterId id = submitted(100);
        slurm.event(id, "ended", "reason", "signal");
        quietFor(id, TIME_LIMIT.multipliedBy(2));
        Path squeue = temporary.resolve("bin/squeue");
        Files.writeString(
                squeue, "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1\n");

        assertThat(clusters().prune().removed()).isEmpty();
        assertThat(slurm.run(id)).exists();
    }

    /** A host that writes down what it is asked. */
    private static Host counting(Host host, List<String> commands) {
        return new WrappedHost(host, (h, command) -> {
            commands.add(command.description());
            return h.run(command);
        });
    }
}
