package io.github.slurmray.testkit.internal.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ForkJoinPool;
import org.apache.sshd.server.StandardEnvironment;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.junit.jupiter.api.Test;

/** What becomes of a command that comes too late. */
class LoginShellTest {
    @Test
    void aCommandThatComesWhileTheEmulationEndsIsNotLeftBehind() {
        Place place = new Place();
        String id = UUID.randomUUID().toString();
        List<String> received = new ArrayList<>();
        try (Supervisor supervisor = new Supervisor(id, place);
                LoginShell shell = new LoginShell("alice", id, place, received::add, ForkJoinPool.commonPool())) {
            Command command = shell.command("sleep 1000");
            shell.close();
            assertThatThrownBy(() -> command.start(new ChannelSession(), new StandardEnvironment()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the emulated login node is closed");
            assertThat(received).isEmpty();
            assertThat(place.root().resolve("answers")).isEmptyDirectory();
        }
    }
}
