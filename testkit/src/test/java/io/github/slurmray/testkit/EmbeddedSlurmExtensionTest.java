package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the extension hands to a test. */
@ExtendWith(EmbeddedSlurmExtension.class)
class EmbeddedSlurmExtensionTest {
    private EmbeddedSlurm before;

    @BeforeEach
    void prepare(EmbeddedSlurm slurm) {
        before = slurm;
    }

    @Test
    void aTestGetsTheOneThatItsPreparationHad(EmbeddedSlurm slurm) {
        assertThat(slurm).isSameAs(before);
        assertThat(slurm.key()).exists();
        assertThat(slurm.received()).isEmpty();
    }

    @Nested
    class OfAClass {
        private static EmbeddedSlurm shared;

        @BeforeAll
        static void prepare(EmbeddedSlurm slurm) {
            shared = slurm;
        }

        @RepeatedTest(2)
        void allTestsOfAClassGetTheOneThatItsPreparationHad(EmbeddedSlurm slurm) {
            assertThat(slurm).isSameAs(shared);
            assertThat(slurm.key()).exists();
        }
    }
}
