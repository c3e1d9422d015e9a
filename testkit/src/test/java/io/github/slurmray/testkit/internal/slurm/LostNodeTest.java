package io.github.slurmray.testkit.internal.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What becomes of jobs whose node lost its power, and is back before it was taken for down. */
class LostNodeTest {
    private final Site site = new Site(SlurmRelease.V22_05);

    private void loseForAMoment(String node) {
        site.model.loseNode(node);
        site.advance(Duration.ofSeconds(3));
        site.model.bringBackNode(node);
    }

    @Test
    void aJobWhoseBatchScriptWasThereHasFailedOrIsPutBack() {
        long ends = site.submit("--no-requeue -w cn1 --wrap x");
        long requeued = site.submit("-w cn1 --wrap x");
        site.advance(Duration.ofSeconds(15));
        site.model.loseNode("cn1");
        // nobody hears of it
        site.model.batchEnded(ends, 0, 0, 9, Duration.ZERO);
        site.model.batchEnded(requeued, 0, 0, 9, Duration.ZERO);
        site.advance(Duration.ofSeconds(3));
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\nRUNNING\n");

        site.model.bringBackNode("cn1");
        site.model.gone(ends, 0);
        site.model.gone(requeued, 0);
        assertThat(site.out("sacct -D -n -X -P -o JobID,State -j 1,2"))
                .isEqualTo("1|NODE_FAIL\n2|NODE_FAIL\n2|PENDING\n");
        site.advance(Duration.ofSeconds(11));
        assertThat(site.out("squeue -h -o '%i %T %N'")).isEqualTo("2 RUNNING cn1\n");
    }

    @Test
    void aJobThatHadJustBegunIsMissedWhenTheNodeIsAskedAgain() {
        long job = site.submit("--no-requeue -w cn1 --wrap x");
        loseForAMoment("cn1");
        site.advance(Duration.ofSeconds(59));
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
        site.advance(Duration.ofSeconds(1));
        site.model.gone(job, 0);
        assertThat(site.out("squeue -h -t all -o '%T %r'")).isEqualTo("NODE_FAIL None\n");
    }

    @Test
    void howABatchScriptEndedThatLostItsPowerIsNeverHeardOf() {
        long job = site.submit("-w cn1 --wrap x");
        loseForAMoment("cn1");
        site.model.batchEnded(job, 0, 0, 9, Duration.ZERO);
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
    }

    @Test
    void aNodeThatIsNeverTakenForDownIsAskedAgainAllTheSame() {
        Site patient = new Site(
                SlurmRelease.V24_11,
                Site.conf()
                        .replace("SlurmdTimeout=10", "SlurmdTimeout=0")
                        .replaceAll("(Max|Default)Time=\\S+", "$1Time=7-0"));
        patient.submit("--no-requeue -w cn1 --wrap x");
        patient.model.loseNode("cn1");
        patient.advance(Duration.ofDays(1));
        assertThat(patient.out("squeue -h -o %T")).isEqualTo("RUNNING\n");

        patient.submit("--no-requeue -w cn2 --wrap x");
        patient.model.loseNode("cn2");
        patient.model.bringBackNode("cn2");
        patient.advance(Duration.ofSeconds(1999));
        assertThat(patient.out("squeue -h -o '%i %T'")).isEqualTo("1 RUNNING\n2 RUNNING\n");
        patient.advance(Duration.ofSeconds(1));
        assertThat(patient.out("squeue -h -o '%i %T'")).isEqualTo("2 COMPLETING\n1 RUNNING\n");
    }

    @Test
    void aNodeThatIsLostAgainIsWaitedForAgain() {
        site.submit("--no-requeue -w cn1 --wrap x");
        loseForAMoment("cn1");
        site.advance(Duration.ofSeconds(55));
        site.model.loseNode("cn1");
        site.advance(Duration.ofSeconds(9));
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
        site.advance(Duration.ofSeconds(1));
        assertThat(site.out("squeue -h -o '%T %r'")).isEqualTo("COMPLETING NodeDown\n");
    }

    @Test
    void aNodeThatWasNeverAwayKeepsItsJobs() {
        site.submit("-w cn1 --wrap x");
        site.model.bringBackNode("cn1");
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
    }

    @Test
    void aJobThatOnlyHadStepsThereGoesOn() {
        site.submit("-N2 --wrap x");
        loseForAMoment("cn2");
        assertThat(site.out("squeue -h -o '%T %B'")).isEqualTo("RUNNING cn1\n");
    }
}
