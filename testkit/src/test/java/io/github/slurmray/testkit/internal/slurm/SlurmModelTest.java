package io.github.slurmray.testkit.internal.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the emulated Slurm answers, held against what real ones have been seen to answer. */
class SlurmModelTest {
    private final Site site = new Site(SlurmRelease.V22_05);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -A project_9999999 -p test --wrap hostname | 1 | Batch job submission failed: Invalid account or account/partition combination specified
            -A project_2001234 --wrap hostname | 1 | Batch job submission failed: No partition specified or system default partition
            -p test -q nosuch --wrap hostname | 1 | Batch job submission failed: Invalid qos specification
            -p test -a 0-1001:1000 --wrap hostname | 1 | Batch job submission failed: Invalid job array specification
            -p test -a 0-5000 --wrap hostname | 1 | Batch job submission failed: Invalid job array specification
            -p test -t 01:00:00 --wrap hostname | 1 | Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)
            -p test -N 3 --wrap hostname | 1 | Batch job submission failed: Node count specification invalid
            -p test -N 300 --wrap hostname | 1 | Batch job submission failed: More processors requested than permitted
            -p test -c 65536 -n 65536 -H --wrap hostname | 1 | Batch job submission failed: More processors requested than permitted
            -p test -c 46341 --ntasks-per-node=46341 -H --wrap hostname | 1 | Batch job submission failed: More processors requested than permitted
            -p gputest --gpus-per-task=999999999 -n 8 --wrap hostname | 1 | Batch job submission failed: Requested node configuration is not available
            -p test -N1 -n1 -c 64 --wrap hostname | 1 | Batch job submission failed: More processors requested than permitted
            -p gputest --gres=gpu:v100:1 --wrap hostname | 1 | Batch job submission failed: Requested node configuration is not available
            -p gputest --gres=gpu:a100:8 --wrap hostname | 1 | Batch job submission failed: Requested node configuration is not available
            -p test -t abc --wrap hostname | 255 | Invalid --time specification
            nosuch.sh | 1 | Unable to open file nosuch.sh
            """)
    void refusalsAreRealOnes(String options, int status, String words) {
        Reply.Answer a = site.answer("sbatch " + options);
        assertThat(a).isEqualTo(new Reply.Answer("", "sbatch: error: " + words + "\n", status));
    }

    @Test
    void aRefusalMayHaveARemark() {
        assertThat(site.answer("sbatch -p nosuch --wrap hostname").err()).isEqualTo("""
                sbatch: error: invalid partition specified: nosuch
                sbatch: error: Batch job submission failed: Invalid partition name specified
                """);
        assertThat(site.answer("sbatch -p test --mem=900G --wrap hostname").err())
                .isEqualTo("""
                sbatch: error: Memory specification can not be satisfied
                sbatch: error: Batch job submission failed: Requested node configuration is not available
                """);
    }

    @Test
    void anUnknownOptionIsMetAsGetoptDoes() {
        assertThat(site.answer("sbatch --nosuchoption x.sh")).isEqualTo(new Reply.Answer("", """
                        sbatch: unrecognized option '--nosuchoption'
                        Try "sbatch --help" for more information
                        """, 255));
    }

    @Test
    void whatOnlyRealSlurmKnowsIsNotInvented() {
        for (String line : new String[] {
            "sbatch --container=a x.sh",
            "squeue --yaml",
            "squeue -o %all",
            "sinfo -o %all",
            "sacct -o ALL",
            "scontrol top 1",
            "sdiag"
        }) {
            Reply.Answer a = site.answer(line);
            assertThat(a.status()).as(line).isEqualTo(255);
            assertThat(a.err()).as(line).contains("emulated Slurm doesn't support ");
        }
    }

    @Test
    void whatScontrolShowsMayBeCutShort() {
        for (String[] words : new String[][] {
            {"j", "jobs"},
            {"job", "jobs"},
            {"n", "nodes"},
            {"node", "nodes"},
            {"pa", "partitions"},
            {"re", "reservations"},
            {"li", "licenses"},
            {"conf", "config"}
        }) {
            assertThat(site.answer("scontrol show " + words[0]))
                    .as(words[0])
                    .isEqualTo(site.answer("scontrol show " + words[1]));
        }
        for (String word : new String[] {"p", "l", "s", "partitionx"}) {
            assertThat(site.answer("scontrol show " + word))
                    .isEqualTo(new Reply.Answer("", "invalid entity:" + word + " for keyword:show \n", 1));
        }
    }

    @Test
    void scriptsThatAreNoneAreRefused() {
        site.files.put("/home/hpcuser/dos.sh", "#!/bin/bash\r\necho hi\r\n");
        site.files.put("/home/hpcuser/ns.sh", "echo hi\n");
        assertThat(site.answer("sbatch -p test dos.sh").err())
                .startsWith("sbatch: error: Batch script contains DOS line breaks (\\r\\n)\n");
        assertThat(site.answer("sbatch -p test ns.sh").err())
                .startsWith("sbatch: error: This does not look like a batch script.  The first\n");
    }

    @Test
    void theOptionsOfTheLineGoBeforeThoseOfTheScript() {
        site.files.put("/home/hpcuser/a.sh", """
                #!/bin/bash
                #SBATCH --job-name="a \\"b\\" # c" -p test # a comment
                #SBATCH --time=00:10:00
                echo
                #SBATCH --time=00:11:00
                """);
        assertThat(site.out("sbatch --parsable --hold -t 7 a.sh")).isEqualTo("1\n");
        assertThat(site.out("squeue -h -o %j|%l|%r")).isEqualTo("a \"b\" # c|7:00|JobHeldUser\n");
    }

    @Test
    void theQueueLooksAsSqueuePrintsIt() {
        site.files.put(
                "/home/hpcuser/two.sh", "#!/bin/bash\n#SBATCH -J two -p test -N2 --ntasks-per-node=1 -c2 -t 5\n");
        site.out("sbatch two.sh");
        assertThat(site.out("squeue")).isEqualTo("""
                             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)
                                 1      test      two  hpcuser  R       0:00      2 cn[1-2]
                """);
        assertThat(site.out("squeue -h -j 1 -o '%i|%j|%a|%P|%T|%M|%l|%D|%R|%N|%r|%S|%V'"))
                .isEqualTo("1|two|project_2001234|test|RUNNING|0:00|5:00|2|cn[1-2]|cn[1-2]|None|"
                        + "2026-11-22T00:30:00|2026-11-22T00:30:00\n");
        assertThat(site.answer("squeue -j 999999"))
                .isEqualTo(new Reply.Answer("", "slurm_load_jobs error: Invalid job id specified\n", 1));
        assertThat(site.out("squeue -h -j 999999,999998")).isEmpty();
    }

    @Test
    void aFullQueueHasReasonsAndEstimates() {
        long a = site.submit("-N2 --exclusive --wrap x");
        long b = site.submit("-N2 --exclusive --wrap x");
        long c = site.submit("-N2 --exclusive --wrap x");
        assertThat(site.out("squeue -o '%i %T %r %R %S'")).isEqualTo("""
                JOBID STATE REASON NODELIST(REASON) START_TIME
                3 PENDING Priority (Priority) 2026-11-22T00:40:00
                2 PENDING Resources (Resources) 2026-11-22T00:35:00
                1 RUNNING None cn[1-2] 2026-11-22T00:30:00
                """);
        assertThat(site.answer("sbatch --test-only -p test -N2 --exclusive --wrap x")
                        .err())
                .isEqualTo(
                        "sbatch: Job 4 to start at 2026-11-22T00:45:00 using 16 processors on nodes cn[1-2] in partition test\n");
        assertThat(new long[] {a, b, c, site.submit("-H --wrap x")}).containsExactly(1, 2, 3, 5);
    }

    @Test
    void aShortJobGoesPastOneThatWaitsForMoreNodes() {
        site.submit("-N1 --exclusive -t 10 --wrap x");
        site.submit("-N2 --exclusive --wrap x");
        site.submit("-N1 -t 15 --wrap x");
        site.submit("-N1 -t 9 --wrap x");
        assertThat(site.out("squeue -h -o '%i %T'")).isEqualTo("3 PENDING\n2 PENDING\n1 RUNNING\n4 RUNNING\n");
    }

    @Test
    void aQueueOfAnHourTakesAMoment() {
        site.model.occupy("test", 2, Duration.ofHours(1));
        long job = site.submit("--wrap x");
        site.advance(Duration.ofMinutes(59));
        assertThat(site.out("squeue -h -j " + job + " -o %T")).isEqualTo("PENDING\n");
        site.advance(Duration.ofMinutes(1));
        assertThat(site.out("squeue -h -j " + job + " -o '%T %S'")).isEqualTo("RUNNING 2026-11-22T01:30:00\n");
    }

    @Test
    void anArrayIsOneRowUntilItsTasksStart() {
        long id = site.submit("-N1 -n1 -a 0-3%2 -o arr-%A_%a.out --wrap x");
        assertThat(site.out("squeue -h -j " + id + " -o '%i %T %r'")).isEqualTo("""
                1_[2-3%2] PENDING JobArrayTaskLimit
                1_1 RUNNING None
                1_0 RUNNING None
                """);
        assertThat(site.out("squeue -r -h -j " + id + " -o '%i %A %F %K %T'")).isEqualTo("""
                1_2 1 1 2 PENDING
                1_3 1 1 3 PENDING
                1_1 3 1 1 RUNNING
                1_0 2 1 0 RUNNING
                """);
        assertThat(site.effects.get(0)).isInstanceOfSatisfying(Effect.Start.class, s -> {
            assertThat(s.stdout()).isEqualTo("/home/hpcuser/arr-1_0.out");
            assertThat(s.environment())
                    .containsEntry("SLURM_ARRAY_TASK_ID", "0")
                    .containsEntry("SLURM_JOB_ID", "2");
        });
        site.end(2, 0);
        site.end(3, 0);
        site.end(4, 0);
        site.end(1, 1);
        assertThat(site.out("sacct -n -X -P -o JobID,JobIDRaw,State,ExitCode -j " + id))
                .isEqualTo("""
                1_0|2|COMPLETED|0:0
                1_1|3|COMPLETED|0:0
                1_2|4|COMPLETED|0:0
                1_3|1|FAILED|1:0
                """);
    }

    @Test
    void dependenciesAreFollowedOrNeverSatisfied() {
        long a = site.submit("--wrap x");
        long b = site.submit("-d afterok:" + a + " --wrap x");
        long c = site.submit("--kill-on-invalid-dep=yes -d afterok:" + a + " --wrap x");
        long d = site.submit("-d afterany:" + a + " --wrap x");
        assertThat(site.out("squeue -h -j " + b + " -o '%i %T %r %E'"))
                .isEqualTo("2 PENDING Dependency afterok:1(unfulfilled)\n");
        site.end(a, 3);
        assertThat(site.out("squeue -h -t all -o '%i %T %r %E' -j " + b + "," + d))
                .isEqualTo("2 PENDING DependencyNeverSatisfied afterok:1(failed)\n4 RUNNING None (null)\n");
        assertThat(site.out("sacct -n -X -P -o State,ExitCode -j " + a + "," + c))
                .isEqualTo("FAILED|3:0\nCANCELLED|0:0\n");
    }

    @ParameterizedTest
    @EnumSource(SlurmRelease.class)
    void aDependencyOnAnUnknownJobIsTheReleasesAffair(SlurmRelease release) {
        Reply.Answer a = new Site(release).answer("sbatch -p test -d afterok:999999 --wrap x");
        assertThat(a.err())
                .isEqualTo(
                        release == SlurmRelease.V22_05
                                ? ""
                                : "sbatch: error: Batch job submission failed: Job dependency problem\n");
    }

    @Test
    void aTimeLimitOfThreeDaysPassesInAMoment() {
        long job = Long.parseLong(site.out("sbatch --parsable -p small -t 3-0 --signal=B:USR1@600 --wrap x")
                .strip());
        site.advance(Duration.ofDays(3).minusSeconds(1));
        assertThat(site.effects).contains(new Effect.Signal(job, "USR1", Effect.Target.BATCH));
        assertThat(site.effects).doesNotContain(new Effect.Signal(job, "TERM", Effect.Target.ALL));
        site.advance(Duration.ofSeconds(1));
        assertThat(site.effects).contains(new Effect.Signal(job, "TERM", Effect.Target.ALL));
        assertThat(site.out("squeue -h -j " + job + " -o %T")).isEqualTo("COMPLETING\n");
        site.advance(Duration.ofSeconds(5));
        assertThat(site.effects).contains(new Effect.Signal(job, "KILL", Effect.Target.ALL));
        site.model.gone(job, 0);
        assertThat(site.out("sacct -n -P -o JobID,State,ExitCode -j " + job))
                .isEqualTo("1|TIMEOUT|0:0\n1.batch|CANCELLED|0:15\n");
        assertThat(site.out("scontrol show job " + job))
                .contains("JobState=TIMEOUT Reason=TimeLimit")
                .contains("ExitCode=0:15");
    }

    @Test
    void cancellingIsSilentWhateverTheJobDoes() {
        long running = site.submit("--wrap x");
        long held = site.submit("-H --wrap x");
        for (long job : new long[] {running, held, 999_999}) {
            assertThat(site.answer("scancel " + job)).isEqualTo(new Reply.Answer("", "", 0));
        }
        site.model.gone(running, 0);
        assertThat(site.answer("scancel " + running)).isEqualTo(new Reply.Answer("", "", 0));
        assertThat(site.answer("scancel -v " + running).err())
                .isEqualTo(
                        "scancel: Terminating job 1\nscancel: error: Kill job error on job id 1: Job/step already completing or completed\n");
        assertThat(site.out("sacct -n -P -o JobID,State,ExitCode,Start,End -j " + running + "," + held))
                .isEqualTo("""
                1|CANCELLED by 5001|0:0|2026-11-22T00:30:00|2026-11-22T00:30:00
                1.batch|CANCELLED|0:15|2026-11-22T00:30:00|2026-11-22T00:30:00
                2|CANCELLED by 5001|0:0|2026-11-22T00:30:00|2026-11-22T00:30:00
                """);
    }

    @Test
    void aLostNodeEndsItsJobOrPutsItBack() {
        long ends = site.submit("--no-requeue -w cn1 --wrap x");
        long requeued = site.submit("-N2 --wrap x");
        site.model.loseNode("cn1");
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\nRUNNING\n");
        assertThat(site.out("sinfo -h -N -p test -o %N=%t")).isEqualTo("cn1=mix*\ncn2=mix\n");
        site.advance(Duration.ofSeconds(10));
        site.model.gone(ends, 0);
        site.model.gone(requeued, 0);
        assertThat(site.out("sacct -D -n -X -P -o JobID,State,ExitCode,NodeList -j 1,2"))
                .isEqualTo("""
                1|NODE_FAIL|0:0|cn1
                2|NODE_FAIL|0:0|cn[1-2]
                2|PENDING|0:0|None assigned
                """);
        assertThat(site.out("squeue -h -o '%i %T %r'")).isEqualTo("2 PENDING BeginTime\n");
        site.advance(Duration.ofSeconds(11));
        assertThat(site.out("squeue -h -o '%T %r'"))
                .isEqualTo(
                        "PENDING Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions\n");
        site.model.bringBackNode("cn1");
        assertThat(site.out("squeue -h -o '%T %N'")).isEqualTo("RUNNING cn[1-2]\n");
        assertThat(site.out("scontrol show job 2")).contains("Restarts=1");
    }

    @Test
    void recordsArriveLateOrWhenTheDatabaseIsBack() {
        site.model.databaseLag(Duration.ofMinutes(5));
        long job = site.submit("--wrap x");
        site.end(job, 0);
        assertThat(site.out("sacct -n -X -P -o State -j " + job)).isEmpty();
        site.advance(Duration.ofMinutes(5));
        assertThat(site.out("sacct -n -X -P -o State -j " + job)).isEqualTo("COMPLETED\n");
        site.model.databaseDown(true);
        assertThat(site.answer("sacct -j " + job)).isEqualTo(new Reply.Answer("", """
                sacct: error: slurm_persist_conn_open_without_init: failed to open persistent connection to host:ctl:6819: Connection refused
                sacct: error: Sending PersistInit msg: Connection refused
                sacct: error: Problem talking to the database: Connection refused
                """, 1));
    }

    @Test
    void withoutTheControllerEachCommandFailsInItsWay() {
        site.model.controllerAnswers(false);
        String words = "Unable to contact slurm controller (connect failure)\n";
        assertThat(site.answer("squeue")).isEqualTo(new Reply.Answer("", "slurm_load_jobs error: " + words, 1));
        assertThat(site.answer("scancel 5"))
                .isEqualTo(new Reply.Answer("", "scancel: error: Kill job error on job id 5: " + words, 8));
        assertThat(site.answer("sbatch -p test --wrap x").err())
                .isEqualTo("sbatch: error: Batch job submission failed: " + words);
        assertThat(site.answer("scontrol ping"))
                .isEqualTo(new Reply.Answer("Slurmctld(primary) at ctl is DOWN\n", "", 1));
        assertThat(site.answer("sacct -j 5 -n").status()).isZero();
    }

    @Test
    void eachReleaseKnowsItsOwnFieldsOnly() {
        Site newer = new Site(SlurmRelease.V24_11);
        assertThat(site.answer("sacct -o Planned"))
                .isEqualTo(new Reply.Answer("", "sacct: error: Invalid field requested: \"Planned\"\n", 1));
        assertThat(newer.answer("sacct -o Reserved").status()).isEqualTo(1);
        assertThat(site.out("sacct -e")).contains("ResvCPU ").doesNotContain("Planned");
        assertThat(newer.out("sacct -e")).contains("PlannedCPU ").doesNotContain("Reserved");
    }

    @Test
    void limitsThatAreNotEnforcedKeepAJobWaitingForEver() {
        Site lax = new Site(SlurmRelease.V22_05, Site.conf().replace("EnforcePartLimits=ALL", "EnforcePartLimits=NO"));
        lax.submit("-t 01:00:00 --wrap x");
        lax.submit("-N 3 --wrap x");
        assertThat(lax.out("squeue -h -o '%i %T %r'"))
                .isEqualTo("2 PENDING PartitionNodeLimit\n1 PENDING PartitionTimeLimit\n");
    }

    @Test
    void limitsOfTheAssociationHold() {
        Site limited = new Site(SlurmRelease.V22_05, Site.conf(), OptionalInt.of(1), OptionalInt.of(2));
        limited.submit("--wrap x");
        limited.submit("--wrap x");
        assertThat(limited.out("squeue -h -o '%i %T %r'")).isEqualTo("2 PENDING AssocMaxJobsLimit\n1 RUNNING None\n");
        assertThat(limited.answer("sbatch -p test --wrap x").err())
                .startsWith("sbatch: error: AssocMaxSubmitJobLimit\n");
    }

    @Test
    void aJobsMemoryAndGpusAreTaken() {
        long job = Long.parseLong(site.out("sbatch --parsable -p gputest --gres=gpu:a100:3 --mem=2G --wrap x")
                .strip());
        assertThat(site.out("sacct -n -X -P -o AllocTRES -j " + job))
                .isEqualTo("billing=1,cpu=1,gres/gpu=3,gres/gpu:a100=3,mem=2G,node=1\n");
        assertThat(((Effect.Start) site.effects.get(0)).environment())
                .containsEntry("CUDA_VISIBLE_DEVICES", "0,1,2")
                .containsEntry("SLURM_GPUS_ON_NODE", "3");
        site.out("sbatch -p gputest --gres=gpu:2 --wrap x");
        assertThat(site.out("squeue -h -t PD -o %r")).isEqualTo("Resources\n");
    }

    @Test
    void aStepRunsOnTheNodesThatItNames() {
        long job = site.submit("-N2 --ntasks-per-node=1 --wrap x");
        Reply.RunStep step = (Reply.RunStep) site.run("srun --overlap --jobid=" + job + " -N1 -n1 -w cn2 hostname -s");
        assertThat(step.command()).containsExactly("hostname", "-s");
        assertThat(step.tasks()).hasSize(1);
        assertThat(step.tasks().get(0).environment())
                .containsEntry("SLURMD_NODENAME", "cn2")
                .containsEntry("SLURM_PROCID", "0")
                .containsEntry("SLURM_STEP_ID", "0");
        site.model.stepEnded(job, 0, "0", 2, 0, Duration.ofMillis(3));
        assertThat(site.out("sacct -n -P -o JobID,JobName,State,ExitCode,NodeList -j " + job + ".0"))
                .isEqualTo("1.0|hostname|FAILED|2:0|cn2\n");
        assertThat(site.answer("srun --jobid=" + job + " -w cn3 hostname").err())
                .contains("Requested node configuration is not available");
    }

    @Test
    void seffReportsInTheLayoutOfItsRelease() {
        for (SlurmRelease release : SlurmRelease.values()) {
            Site site = new Site(release);
            long job = site.submit("-N2 -n4 --mem=3G -t 15 --wrap x");
            site.advance(Duration.ofSeconds(100));
            String running = site.out("seff " + job);
            site.end(job, 3);
            boolean old = release == SlurmRelease.V22_05;
            assertThat(site.out("seff " + job)).isEqualTo("""
                    Job ID: 1
                    Cluster: emulated
                    User/Group: hpcuser/hpcuser
                    State: FAILED (exit code 3)
                    Nodes: 2
                    Cores per node: 2
                    CPU Utilized: 00:00:00
                    CPU Efficiency: 0.00%% of 00:06:40 core-walltime
                    Job Wall-clock time: 00:01:40
                    Memory Utilized: 0.00 MB%s
                    Memory Efficiency: 0.00%% of 6.00 GB (3.00 GB/node)
                    """.formatted(old ? " (estimated maximum)" : ""));
            assertThat(running)
                    .contains("State: RUNNING\n")
                    .endsWith(
                            old
                                    ? "\nWARNING: Efficiency statistics may be misleading for RUNNING jobs.\n"
                                    : "\nWARNING: Efficiency statistics can only be obtained after the job has ended as seff"
                                            + " tool is based on the accounting database data.\n");
        }
    }

    @Test
    void seffKnowsJobsThatWaitAndTasksAndRefusesTheRest() {
        long array = site.submit("-H -a 1-2 --wrap x");
        long task = site.submit("-n1 -a 7 --wrap x");
        site.advance(Duration.ofSeconds(10));
        site.end(task, 0);
        assertThat(site.out("seff " + site.submit("-H --wrap x")))
                .contains("State: PENDING\nCores: 1\nEfficiency not available for jobs in the PENDING state.\n");
        assertThat(site.out("seff " + task + "_7"))
                .contains("Array Job ID: " + task + "_7\n")
                .contains("(500.00 MB/core)");
        assertThat(site.answer("seff " + array))
                .isEqualTo(new Reply.Answer("", "Badly formatted array jobid 1 with task_id = -2\n", 3));
        assertThat(site.answer("seff 999")).isEqualTo(new Reply.Answer("", "Job not found.\n", 2));
        assertThat(site.answer("seff").status()).isEqualTo(1);
    }

    @Test
    void aSuspendedJobsCpusAreFreeAndItsMemoryIsNot() {
        long job = site.submit("-N1 --exclusive --mem=10000 -t 15 -w cn1 --wrap x");
        site.advance(Duration.ofMinutes(5));
        site.model.suspend(job);
        long other = site.submit("-N1 -n4 --mem=6000 -t 5 -w cn1 --wrap x");
        long tooMuch = site.submit("-N1 -n1 --mem=6000 -t 5 -w cn1 --wrap x");
        site.advance(Duration.ofMinutes(2));
        assertThat(site.out("squeue -h -S i -o '%i %T %M'"))
                .isEqualTo(job + " SUSPENDED 5:00\n" + other + " RUNNING 2:00\n" + tooMuch + " PENDING 0:00\n");
        site.model.resume(job);
        site.advance(Duration.ofMinutes(1));
        assertThat(site.out("sacct -n -X -P -j " + job + " -o State,Elapsed,Suspended,TimelimitRaw"))
                .isEqualTo("RUNNING|00:06:00|00:02:00|15\n");
        assertThat(site.out("squeue -h -j " + job + " -o '%L %e'")).isEqualTo("9:00 2026-11-22T00:47:00\n");
    }

    @Test
    void aConfThatCannotBeReadSaysWhatIsWrong() {
        assertThatThrownBy(() -> new Site(SlurmRelease.V22_05, "NodeName=a CPUs=x\nPartitionName=p Nodes=a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cpus")
                .hasMessageContaining("'x'");
        assertThatThrownBy(() -> new Site(SlurmRelease.V22_05, "NodeName=a CPUs=1\nPartitionName=p Nodes=b"))
                .hasMessageContaining("node b");
    }

    @Test
    void whatIsFarTooManyIsNotCountedOut() throws Exception {
        assertThat(SbatchValues.array("0-9999999:1", 4)).containsExactly(9_999_999);
        assertThat(SbatchValues.array("1-3,5", 10)).containsExactlyInAnyOrder(1, 2, 3, 5);
        assertThat(site.answer("squeue -o %999999999i"))
                .isEqualTo(new Reply.Answer(
                        "",
                        "squeue: emulated Slurm doesn't support fields wider than 10000, such as 999999999\n",
                        255));
    }

    @Test
    void memoryThatNobodyHasIsNoNegativeOne() {
        long job = site.submit("-H -N2 -n 16 --mem-per-cpu=999999999999T --wrap hostname");
        assertThat(site.out("scontrol show job " + job)).containsPattern("TRES=cpu=16,mem=\\d+");
    }

    @Test
    void whatOccupiesANodeThatIsLostEndsAllTheSame() {
        long job = site.model.occupy("test", 1, Duration.ofSeconds(3));
        assertThatThrownBy(() -> site.model.outOfMemory(job))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("job 1 has no processes, so none can need more memory");
        site.model.loseNode("cn1");
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> site.advance(Duration.ofSeconds(4)));
        assertThat(site.out("squeue -h -t all -o %T -j " + job)).isEqualTo("COMPLETED\n");
    }

    @Test
    void whatIsTooLongForTheControllerIsRefusedAndUsesUpNoId() {
        Reply.Answer refused = new Reply.Answer(
                "",
                "sbatch: error: Batch job submission failed: Pathname of a file, directory or other parameter too long\n",
                1);
        site.files.put("/home/hpcuser/long.sh", "#!/bin/bash\n" + "#".repeat(4 << 20));
        assertThat(site.answer("sbatch -p test long.sh")).isEqualTo(refused);
        assertThat(site.answer("sbatch -p test --wrap true -J " + "n".repeat(1025)))
                .isEqualTo(refused);
        assertThat(site.answer("sbatch -p test --wrap true -o " + "n".repeat(4097)))
                .isEqualTo(refused);
        assertThat(site.submit("--wrap true --comment " + "n".repeat(1024))).isEqualTo(1);
    }

    @Test
    void aScriptWithANulIsRefused() {
        site.files.put("/home/hpcuser/nul.sh", "#!/bin/bash\necho a\0b\n");
        assertThat(site.answer("sbatch -p test nul.sh")).isEqualTo(new Reply.Answer("", """
                        sbatch: error: The Slurm controller does not allow scripts that
                        sbatch: error: contain a NULL character '\\0'.
                        """, 1));
    }
}
