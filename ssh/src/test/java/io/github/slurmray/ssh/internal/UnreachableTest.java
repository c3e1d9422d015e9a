package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.sshd.common.SshException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnreachableTest {
    static Stream<Arguments> whatTheSystemSays() {
        return Stream.of(
                Arguments.of(new NoRouteToHostException("No route to host"), "no route to host (after 3200 ms)"),
                Arguments.of(new SocketException("Network is unreachable"), "the network is unreachable"),
                Arguments.of(new IOException("Network is unreachable"), "the network is unreachable"),
                Arguments.of(new ConnectException("Connection refused"), "the connection was refused (after 3200 ms)"),
                Arguments.of(new ConnectException("Connection timed out"), "no answer within 3200 ms"),
                Arguments.of(new TimeoutException("Timed out after 3200msec"), "no answer within 3200 ms"),
                Arguments.of(new SocketException("Permission denied"), "Permission denied (after 3200 ms)"));
    }

    @ParameterizedTest
    @MethodSource("whatTheSystemSays")
    void theReasonIsTheSystemsAndTheTimeIsTheRealOne(Throwable said, String words) {
        // as MINA hands it over
        SshException thrown = new SshException("Failed (" + said + ") to execute", said);
        assertThat(Unreachable.describe(thrown, Duration.ofMillis(3200))).startsWith(words);
    }

    @Test
    void withoutAWordTheTimeWasOver() {
        assertThat(Unreachable.describe(null, Duration.ofSeconds(10))).startsWith("no answer within 10000 ms");
    }
}
