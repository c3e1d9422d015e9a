package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static String request(String command) {
        return new String(new Frame().request(command), StandardCharsets.UTF_8);
    }

    @Test
    void noCharacterThatSomeShellTreatsSpeciallyGoesOver() {
        for (String command : List.of("a\\b", "a!b", "a\nb", "it's\n", "ü", "a\tb", "\r")) {
            assertThat(request(command)).as(command).doesNotContain("!", "\n", "\r", "\t", "ü");
            // the only backslashes are those of the octal form
            assertThat(request(command).replaceAll("\\\\0[0-7]{3}", ""))
                    .as(command)
                    .doesNotContain("\\");
        }
    }

    @Test
    void aPlainCommandStaysReadable() {
        assertThat(request("sbatch --parsable 'my job'")).contains("sbatch --parsable '\\''my job'\\''");
    }

    @Test
    void theTextItselfDoesNotHoldTheMarker() {
        Frame frame = new Frame();
        String marker = new String(frame.outMarker(), StandardCharsets.US_ASCII);

        assertThat(new String(frame.request("true"), StandardCharsets.UTF_8)).doesNotContain(marker);
        assertThat(new String(new Frame().outMarker(), StandardCharsets.US_ASCII))
                .isNotEqualTo(marker);
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> new Frame().request("x".repeat(Frame.MAX_REQUEST)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
