package io.github.slurmray.ray;

import io.github.slurmray.core.Host;
import io.github.slurmray.lab.Lab;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A program that launches a cluster and says on standard output how far it is, to be killed by
 * {@link DeadProgramLabTest}: {@code PLAN id}, then {@code PREPARED} or the phases.
 */
final class DyingProgram implements AutoCloseable {
    private final Process process;
    private final Path said;

    private DyingProgram(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /**
     * Starts the program in a JVM of its own.
     *
     * @param kind one of {@code prepared}, {@code pending}, {@code starting}, {@code ready}
     * @param vmPort the port to publish to
     * @param lease the cluster's lease
     */
    static DyingProgram start(String kind, int vmPort, Duration lease) throws IOException {
        Path said = Files.createTempFile("dying-program", ".out");
        String module = System.getProperty("basedir", ".") + "/target/";
        String classPath = String.join(
                File.pathSeparator,
                module + "classes",
                module + "test-classes",
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        "-Dslurmray.root=" + System.getProperty("slurmray.root", "."),
                        DyingProgram.class.getName(),
                        kind,
                        Integer.toString(vmPort),
                        lease.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        return new DyingProgram(process, said);
    }

    List<String> said() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("the program ended by itself: " + Files.readString(said));
        }
        return Files.readAllLines(said);
    }

    /** The way of {@code kill -9}. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.delete(said);
    }

    public static void main(String[] args) {
        ClusterLab clusters = new ClusterLab(Lab.running());
        String kind = args[0];
        SlurmRayCluster.Builder spec = kind.equals("pending")
                ? clusters.pending()
                : clusters.standIn(1, "FAKE_RAY_START_SECONDS=" + (kind.equals("starting") ? 3 : 0.2));
        if (kind.equals("prepared")) {
            spec.host(upTo(clusters.login, "submit "));
        }
        SlurmRayCluster cluster = spec.lease(Duration.parse(args[2]))
                .publish(Publish.dashboardTo(
                        PublishLabTest.vmAt(Integer.parseInt(args[1])).build()))
                .vmHost(clusters.vm)
                .build();
        LaunchPlan plan = cluster.plan();
        System.out.println("PLAN " + plan.id());
        RayCluster launched = cluster.launch(plan);
        System.out.println("JOB " + launched.job());
        launched.subscribe(e -> System.out.println(
                launched.phase() + " " + launched.publishState().getClass().getSimpleName()));
        stand();
    }

    private static void stand() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A host that gets as far as one command, and no further. */
    private static Host upTo(Host host, String command) {
        return new WrappedHost(host, (h, c) -> {
            if (c.description().startsWith(command)) {
                System.out.println("PREPARED");
                stand();
            }
            return h.run(c);
        });
    }
}
