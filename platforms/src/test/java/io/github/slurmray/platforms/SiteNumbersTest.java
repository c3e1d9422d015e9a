package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.slurm.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sites' own commands, which print what their sites published, on this machine. */
class SiteNumbersTest {
    @TempDir
    Path home;

    private LocalHost host;

    @BeforeEach
    void aLoginNode() throws IOException {
        Files.createDirectory(home.resolve("bin"));
        // a message of the day, and the path that only a login shell has
        Files.writeString(home.resolve(".bash_profile"), "echo 'Welcome! Maintenance: 1/2'\nPATH=$HOME/bin:$PATH\n");
        host = LocalHost.builder().home(home).build();
    }

    @AfterEach
    void theHostIsClosed() {
        host.close();
    }

    private void command(String name, String text) throws IOException {
        Path file = Files.writeString(home.resolve("bin").resolve(name), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private void prints(String name, String sample) throws IOException {
        Files.writeString(home.resolve(name + ".txt"), Sample.of(sample));
        command(name, "cat \"$HOME/" + name + ".txt\"\n");
    }

    @Test
    void workspacesComeFromTheCommandThatTheSiteHas() throws IOException {
        prints("csc-workspaces", "csc-workspaces-roihu");
        prints("lumi-workspaces", "lumi-workspaces");

        Workspaces csc = SiteNumbers.on(host, Platforms.roihuCpu()).workspaces();
        Workspaces lumi = SiteNumbers.on(host, Platforms.lumiG()).workspaces();

        assertThat(csc.areas())
                .isNotEmpty()
                .isEqualTo(Workspaces.parse(Sample.of("csc-workspaces-roihu")).areas());
        assertThat(csc.unknownLines())
                .isEqualTo(Workspaces.parse(Sample.of("csc-workspaces-roihu")).unknownLines());
        assertThat(lumi.areas())
                .isNotEmpty()
                .isEqualTo(Workspaces.parse(Sample.of("lumi-workspaces")).areas());
    }

    @Test
    void seffIsAskedForTheJob() throws IOException {
        prints("seff-out", "seff-roihu");
        command("seff", "[ \"$*\" = 307386 ] && exec seff-out\necho \"Job not found.\" >&2\nexit 1\n");
        SiteNumbers roihu = SiteNumbers.on(host, Platforms.roihuCpu());

        Seff report = roihu.efficiency(new JobId(307386));

        assertThat(report.jobId()).isEqualTo("307386");
        assertThat(report.consumed().orElseThrow()).isEqualByComparingTo("46.32");
        assertThatThrownBy(() -> roihu.efficiency(new JobId(7)))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("seff 7")
                .hasMessageContaining("Job not found.");
    }

    @Test
    void budgetsComeFromTheCommandThatTheSiteHas() throws IOException {
        prints("csc-projects", "csc-projects");
        // it prints the table at the end of lumi-workspaces
        prints("lumi-allocations", "lumi-workspaces");

        assertThat(SiteNumbers.on(host, Platforms.roihuGpu()).projects().projects())
                .extracting(CscProjects.Project::name)
                .containsExactly("project_2012345");
        assertThat(SiteNumbers.on(host, Platforms.lumiC()).allocations().projects())
                .extracting(LumiAllocations.Project::name)
                .containsExactly("project_465002906");
    }

    @Test
    void aCommandThatTheSiteIsNotKnownToHaveIsNotRun() throws IOException {
        command("seff", "touch \"$HOME/ran\"\n");

        assertThatThrownBy(() -> SiteNumbers.on(host, Platforms.lumiG()).efficiency(new JobId(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("platform lumi-g")
                .hasMessageContaining("/commands/efficiency")
                .hasMessageContaining("Platforms.load");
        assertThat(home.resolve("ran")).doesNotExist();
    }

    @Test
    void aCommandThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> SiteNumbers.on(host, Platforms.puhti()).workspaces())
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("csc-workspaces");
    }

    @Test
    void whatIsNoSuchListIsRefusedAndNotTakenForAnEmptyOne() throws IOException {
        command("csc-projects", "echo 'the database is down'\n");

        assertThatThrownBy(() -> SiteNumbers.on(host, Platforms.puhti()).projects())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("csc-projects");
    }
}
