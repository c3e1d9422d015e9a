package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The small values: secrets, waits, commands and their results. */
class ValuesTest {
    @Nested
    class ASecret {
        @Test
        void showsItselfOnlyWhenAsked() {
            Secret secret = Secret.of("hunter2");

            assertThat(secret.toString()).doesNotContain("hunter2");
            assertThat(String.format("%s", secret)).doesNotContain("hunter2");
            assertThat(secret.reveal()).isEqualTo("hunter2");
        }

        @Test
        void isEqualByItsText() {
            assertThat(Secret.of("a")).isEqualTo(Secret.of("a")).hasSameHashCodeAs(Secret.of("a"));
            assertThat(Secret.of("a")).isNotEqualTo(Secret.of("b"));
        }

        @Test
        void atRandomIsLongAndNeverTheSame() {
            assertThat(Secret.random(16).reveal()).hasSize(32).matches("[0-9a-f]+");
            assertThat(Secret.random(32)).isNotEqualTo(Secret.random(32));
            assertThatThrownBy(() -> Secret.random(15)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Secret.of("")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class ABackoff {
        private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

        @Test
        void doublesUpToItsCeiling() {
            List<Long> most = new ArrayList<>();
            List<Long> least = new ArrayList<>();
            for (int failures = 1; failures <= 6; failures++) {
                most.add(backoff.delay(failures, () -> Math.nextDown(1.0))
                        .plusNanos(1)
                        .toSeconds());
                least.add(backoff.delay(failures, () -> 0).toMillis());
            }
            assertThat(most).containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
            assertThat(least).containsExactly(500L, 1000L, 2000L, 4000L, 5000L, 5000L);
        }

        @RepeatedTest(20)
        void staysBetweenHalfOfTheCeilingAndTheCeiling() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            Duration wait = backoff.delay(1 + random.nextInt(1_000_000), random::nextDouble);

            assertThat(wait).as("seed %d", seed).isBetween(Duration.ofMillis(500), Duration.ofSeconds(10));
        }

        @Test
        void needsSensibleBounds() {
            assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class ACommand {
        @Test
        void quotesEachOfItsWords() {
            assertThat(Command.of("echo", "a b", "$x").text()).isEqualTo("echo 'a b' '$x'");
        }

        @Test
        void isDescribedByItsFirstLineAndShortly() {
            assertThat(Command.shell("true")).hasToString("true");
            assertThat(Command.shell("one\ntwo")).hasToString("one …");
            assertThat(Command.shell("x".repeat(500)).description()).hasSizeLessThan(130);
            assertThat(Command.of("true").describedAs("a try")).hasToString("a try");
        }

        @Test
        void isChangedByCopiesOnly() {
            byte[] input = {1, 2, 3};
            Command plain = Command.of("cat");
            Command fed = plain.withStdin(input).withCap(5).withTimeout(Duration.ofSeconds(3));
            input[0] = 9;
            fed.stdin()[1] = 9;

            assertThat(fed.stdin()).containsExactly(1, 2, 3);
            assertThat(fed.cap()).isEqualTo(5);
            assertThat(fed.timeout()).isEqualTo(Duration.ofSeconds(3));
            assertThat(plain.stdin()).isEmpty();
            assertThat(plain.cap()).isEqualTo(Command.DEFAULT_CAP);
            assertThat(plain.timeout()).isEqualTo(Command.DEFAULT_TIMEOUT);
        }

        @Test
        void refusesWhatCanNotBe() {
            assertThatThrownBy(() -> Command.of(List.of())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Command.shell("a\0b")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Command.of("true").withTimeout(Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Command.of("true").withCap(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class AResult {
        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Test
        void isTextOrBytes() {
            CommandResult result = CommandResult.exited("h", "c", 0, bytes("ü\nb\n"), bytes(""), false);

            assertThat(result.ok()).isTrue();
            assertThat(result.stdout()).isEqualTo("ü\nb\n");
            assertThat(result.lines()).containsExactly("ü", "b");
            assertThat(result.orThrow()).isSameAs(result);
        }

        @Test
        void tellsTheLastLinesOfWhatWentWrong() {
            StringBuilder error = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                error.append("line ").append(i).append('\n');
            }
            CommandResult result = CommandResult.exited("h", "c", 2, bytes("out"), bytes(error.toString()), false);

            assertThat(result.status()).hasValue(2);
            assertThatThrownBy(result::orThrow)
                    .isInstanceOfSatisfying(
                            CommandFailedException.class,
                            e -> assertThat(e.result()).isSameAs(result))
                    .hasMessageContaining("c on h: exit status 2")
                    .hasMessageContaining("line 49")
                    .hasMessageNotContaining("line 41\n");
        }

        @Test
        void ofASignalHasNoStatus() {
            CommandResult result = CommandResult.killed("h", "c", "TERM", bytes(""), bytes(""), false);

            assertThat(result.ok()).isFalse();
            assertThat(result.status()).isEmpty();
            assertThat(result.signal()).hasValue("TERM");
            assertThat(result).hasToString("c on h: signal TERM");
        }
    }
}
