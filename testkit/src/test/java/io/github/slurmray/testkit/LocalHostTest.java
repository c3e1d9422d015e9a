package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Leaks.class)
class LocalHostTest extends HostContract {
    @TempDir
    Path home;

    @Override
    protected Host open() {
        return LocalHost.builder().home(home).build();
    }

    @Test
    void aProgramOnTheGivenPathIsFoundFirst() throws Exception {
        Path program = Files.writeString(home.resolve("sbatch"), "#!/bin/sh\necho \"fake $1 in $HOME\"\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        try (Host host = LocalHost.builder()
                .home(home)
                .environment("PATH", home + ":" + System.getenv("PATH"))
                .build()) {
            assertThat(host.run(Command.of("sbatch", "job")).stdout()).isEqualTo("fake job in " + home + "\n");
        }
    }

    @Test
    void aHomeThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> LocalHost.builder().home(home.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
    }
}
