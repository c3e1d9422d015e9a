package io.github.slurmray.testkit.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the emulated Slurm's answers against those that real ones gave, which {@link CorpusLabTest} keeps true. */
class EmbeddedCorpusTest {
    private static final int SIDE_BY_SIDE = 6;

    private final Corpus corpus = Corpus.load();
    private final ExecutorService threads = Executors.newFixedThreadPool(SIDE_BY_SIDE);
    private final List<String> complaints = new ArrayList<>();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void thereAreEnoughCommandLines() {
        assertThat(lines()).hasSizeGreaterThan(200);
    }

    private List<Corpus.Line> lines() {
        return corpus.scenarios().stream()
                .flatMap(s -> s.steps().stream())
                .filter(Corpus.Line.class::isInstance)
                .map(Corpus.Line.class::cast)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void theEmulationAnswersAsTheRealSlurmOrTheDifferenceIsListed(SlurmRelease release) {
        List<Transcript.Entry> real = Transcript.real(release).entries();
        List<Corpus.Line> lines = lines();
        assertThat(real.stream().map(Transcript.Entry::command))
                .as("the lines with recorded answers")
                .isEqualTo(lines.stream().map(Corpus.Line::text).toList());
        List<Transcript.Entry> emulated = emulated(release);
        for (int i = 0; i < lines.size(); i++) {
            compare(real.get(i), emulated.get(i).answer(), lines.get(i).known(release));
        }
        assertThat(complaints)
                .as(() -> complaints.size() + " complaints:\n" + String.join("\n", complaints))
                .isEmpty();
    }

    /** The answers of several emulations, since one that waits leaves time for the others. */
    private List<Transcript.Entry> emulated(SlurmRelease release) {
        ConcurrentMap<Corpus.Scenario, List<Transcript.Entry>> answers = new ConcurrentHashMap<>();
        Queue<Corpus.Scenario> left = new ConcurrentLinkedQueue<>(corpus.scenarios());
        CompletableFuture<?>[] runs = IntStream.range(0, SIDE_BY_SIDE)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            try (EmbeddedTarget slurm = new EmbeddedTarget(release)) {
                                for (Corpus.Scenario s = left.poll(); s != null; s = left.poll()) {
                                    answers.put(
                                            s, Recorder.run(List.of(s), slurm).entries());
                                }
                            }
                        },
                        threads))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(runs).join();
        return corpus.scenarios().stream()
                .flatMap(s -> answers.getOrDefault(s, List.of()).stream())
                .toList();
    }

    private void compare(Transcript.Entry real, Answer emulated, Optional<Corpus.Known> known) {
        boolean same = emulated.equals(real.answer());
        if (same && known.isPresent()) {
            complain("a difference is listed, but there is none", real, emulated);
        } else if (!same && known.isEmpty()) {
            complain("not as in reality", real, emulated);
        } else if (known.isPresent() && known.get().unsupported() != emulated.saysUnsupported()) {
            complain("listed as " + (known.get().unsupported() ? "unsupported" : "different"), real, emulated);
        }
    }

    private void complain(String what, Transcript.Entry real, Answer emulated) {
        complaints.add(
                what + ", in '" + real.scenario() + "'\n" + real.print() + "but the emulation:\n" + emulated.print());
    }
}
