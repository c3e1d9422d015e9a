package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.slurm.JobState.Clears;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PendingReasonsTest {
    @ParameterizedTest
    @CsvSource({
        "Priority,BY_ITSELF",
        "Resources,BY_ITSELF",
        "None,BY_ITSELF",
        "Dependency,BY_ITSELF",
        "BeginTime,BY_ITSELF",
        "JobArrayTaskLimit,BY_ITSELF",
        "QOSMaxJobsPerUserLimit,BY_ITSELF",
        "QOSMaxCpuPerUserLimit,BY_ITSELF",
        "QOSMaxGRESPerUser,BY_ITSELF",
        "AssocMaxJobsLimit,BY_ITSELF",
        "AssocGrpCpuLimit,BY_ITSELF",
        "AssocGrpGRES,BY_ITSELF",
        "AssocGrpCPURunMinutesLimit,BY_ITSELF",
        "MaxCpuRunMinsPerAccount,BY_ITSELF",
        "MaxNodePerAccount,BY_ITSELF",
        "BurstBufferStageIn,BY_ITSELF",
        "AssocGrpBillingMinutes,BY_SOMEBODY",
        "AssocGrpCPUMinutesLimit,BY_SOMEBODY",
        "JobHeldUser,BY_SOMEBODY",
        "JobHeldAdmin,BY_SOMEBODY",
        "job requeued in held state,BY_SOMEBODY",
        "job_requeued_in_held_state,BY_SOMEBODY",
        "PartitionDown,BY_SOMEBODY",
        "PartitionInactive,BY_SOMEBODY",
        "'ReqNodeNotAvail, UnavailableNodes:cn[1-2]',BY_SOMEBODY",
        "'ReqNodeNotAvail, Reserved for maintenance',BY_ITSELF",
        "'Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions',BY_SOMEBODY",
        "DependencyNeverSatisfied,NEVER",
        "PartitionTimeLimit,NEVER",
        "PartitionNodeLimit,NEVER",
        "BadConstraints,NEVER",
        "QOSMaxWallDurationPerJobLimit,NEVER",
        "AssocMaxCpuPerJobLimit,NEVER",
        "QOSMaxCpuMinutesPerJobLimit,NEVER",
        "QOSMaxMemoryPerNode,NEVER",
        "QOSMinGRES,NEVER",
        "InvalidAccount,NEVER",
        "ReservationDeleted,NEVER"
    })
    void eachReasonSaysWhoCanClearIt(String reason, Clears clears) {
        PendingReasons.Meaning meaning = PendingReasons.of("PENDING", reason);
        assertThat(meaning.clears()).isEqualTo(clears);
        assertThat(meaning.explanation()).doesNotContain("not known here").endsWith(".");
    }

    @Test
    void aReasonOfALaterVersionCostsNoJob() {
        PendingReasons.Meaning meaning = PendingReasons.of("PENDING", "WarpCoreCold");
        assertThat(meaning.clears()).isEqualTo(Clears.BY_ITSELF);
        assertThat(meaning.explanation()).contains("not known here");
    }

    @Test
    void aRequeuedJobThatIsHeldWaitsForSomebody() {
        assertThat(PendingReasons.of("REQUEUE_HOLD", "None").clears()).isEqualTo(Clears.BY_SOMEBODY);
        assertThat(PendingReasons.of("SPECIAL_EXIT", "JobHeldUser").clears()).isEqualTo(Clears.BY_SOMEBODY);
    }
}
