package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Checks that a test leaves nothing behind: no thread of slurmray's and no open socket that wasn't there before it.
 *
 * <p>A JUnit extension, to be registered ({@code @ExtendWith(Leaks.class)}) before whatever opens things, since what is
 * registered first is asked last. Sockets are only seen on Linux. For tests that don't run beside others.
 */
public final class Leaks implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    private Set<String> threads = Set.of();
    private Set<String> sockets = Set.of();

    /** Creates the extension. */
    public Leaks() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        threads = threads();
        sockets = sockets();
    }

    /**
     * Waits a few seconds for what is about to end, then fails if something is left.
     *
     * @param context not used
     */
    @Override
    public void afterEach(ExtensionContext context) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(without(threads(), threads)).as("threads left").isEmpty();
            assertThat(without(sockets(), sockets)).as("sockets left").isEmpty();
        });
    }

    private static Set<String> without(Set<String> now, Set<String> before) {
        Set<String> left = new TreeSet<>(now);
        left.removeAll(before);
        return left;
    }

    /**
     * Returns the running threads that slurmray started.
     *
     * @return their names, each with its id
     */
    public static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("slurmray-"))
                .map(t -> t.getName() + " #" + t.getId())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Returns this JVM's open TCP sockets, bound or connected.
     *
     * @return their addresses in Linux's notation, none elsewhere
     */
    public static Set<String> sockets() {
        Set<String> found = new TreeSet<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return found;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            Map<String, String> tcp = new HashMap<>();
            for (Path table : TABLES) {
                Files.readAllLines(table).forEach(line -> {
                    List<String> fields = Arrays.asList(line.strip().split(" +", -1));
                    tcp.put("socket:[" + fields.get(9) + "]", fields.get(1) + " to " + fields.get(2));
                });
            }
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                // what isn't TCP is the JVM's own, such as the pair that it closes sockets with
                if (tcp.containsKey(target)) {
                    found.add(tcp.get(target) + " " + target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // it was closed since it was listed
            return "";
        }
    }
}
