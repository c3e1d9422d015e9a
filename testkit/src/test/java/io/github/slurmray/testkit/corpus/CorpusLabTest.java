package io.github.slurmray.testkit.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the recorded answers against the lab's. */
@LabTest
@Tag("slurm-versions")
class CorpusLabTest {
    // these take minutes on a real Slurm, which retries and waits; bin/test --long runs them too
    private static final String SLOW = " (slow)";
    private static final boolean ALL = Boolean.getBoolean("slurmray.long");

    /** Where an answer has changed: look why, and copy what was seen over what is recorded. */
    @Test
    void theRecordedAnswersAreTheLabs() throws IOException {
        try (LabTarget lab = new LabTarget(Lab.running())) {
            SlurmRelease release = Corpus.release(lab.version().replaceFirst("^\\S+ ", ""));
            List<Corpus.Scenario> scenarios = Corpus.load().scenarios().stream()
                    .filter(s -> ALL || !s.title().endsWith(SLOW))
                    .toList();
            List<Transcript.Entry> recorded = Transcript.real(release).entries().stream()
                    .filter(e -> ALL || !e.scenario().endsWith(SLOW))
                    .toList();
            Path seen = Path.of("target").resolve(Transcript.fileName(release));
            try {
                Files.writeString(seen, Recorder.run(scenarios, lab).print());
            } finally {
                lab.restore();
            }
            assertThat(Files.readString(seen))
                    .as("%s, and what is recorded", seen)
                    .isEqualTo(new Transcript(recorded).print());
        }
    }
}
