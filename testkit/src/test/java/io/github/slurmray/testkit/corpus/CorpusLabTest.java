package io.github.slurmray.testkit.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the recorded answers against the lab's. It takes five minutes, so bin/test runs it only with --long. */
@LabTest
@Tag("slurm-versions")
@Tag("long")
class CorpusLabTest {
    /** Where an answer has changed: look why, and copy what was seen over what is recorded. */
    @Test
    void theRecordedAnswersAreTheLabs() throws IOException {
        try (LabTarget lab = new LabTarget(Lab.running())) {
            SlurmRelease release = Corpus.release(lab.version().replaceFirst("^\\S+ ", ""));
            Path seen = Path.of("target").resolve(Transcript.fileName(release));
            try {
                Files.writeString(
                        seen, Recorder.run(Corpus.load().scenarios(), lab).print());
            } finally {
                lab.restore();
            }
            assertThat(Files.readString(seen))
                    .as("%s, and what is recorded", seen)
                    .isEqualTo(Corpus.resource(Transcript.fileName(release)));
        }
    }
}
