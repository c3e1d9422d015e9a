package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.common.channel.IoWriteFutureImpl;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.junit.jupiter.api.Test;

/** What becomes of what is written into a channel when the channel ends. */
class ChannelInputTest {
    private static final boolean ANSWERED = true;
    private static final boolean LOST = false;

    private final ChannelInput input = new ChannelInput();
    private final Stream stream = new Stream();
    private final IOException gone = new IOException("the channel was closed");

    @Test
    void theEndThatMakesTheServerCloseTheChannelHasBeenSent() {
        // the command ends at its input's end, and the news of that overtake the thread that has sent it
        stream.atTheEnd = () -> input.fail(gone, ANSWERED);
        input.open(stream);

        CompletableFuture<Void> sent = input.send(new byte[] {1}, true);
        stream.take();

        assertThat(sent).succeedsWithin(Duration.ZERO);
    }

    @Test
    void bytesThatMakeTheServerCloseTheChannelHaveBeenSent() {
        input.open(stream);
        CompletableFuture<Void> sent = input.send(new byte[] {1}, false);

        input.fail(gone, ANSWERED);

        assertThat(sent).succeedsWithin(Duration.ZERO);
    }

    @Test
    void bytesThatWereOnTheirWayWhenTheConnectionBrokeAreAFailureWhateverBecomesOfThem() {
        input.open(stream);
        CompletableFuture<Void> sent = input.send(new byte[] {1}, false);

        input.fail(gone, LOST);

        assertThat(sent).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
    }

    @Test
    void afterBytesThatMinaCouldNotSendNoEndIsSent() {
        input.open(stream);
        CompletableFuture<Void> first = input.send(new byte[] {1}, true);
        CompletableFuture<Void> second = input.send(new byte[0], true);

        stream.refuse(new IOException("no route"));

        assertThat(first).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("takes no more");
        assertThat(second).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("takes no more");
        assertThat(stream.isClosed()).isFalse();
    }

    @Test
    void aWriteOfWhichAPieceIsLeftIsAFailureAndThePieceStays() {
        input.open(stream);
        CompletableFuture<Void> sent = input.send(new byte[300 << 10], false);

        input.fail(gone, ANSWERED);
        stream.take();

        assertThat(sent).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
        assertThat(stream.writes).isEqualTo(1);
    }

    @Test
    void anEndThatLeavesNothingUnsentIsNoFailureIfTheServerHasClosedTheChannel() {
        CompletableFuture<Void> waiting = input.send(new byte[0], true);
        input.fail(gone, ANSWERED);
        CompletableFuture<Void> late = input.send(new byte[0], true);

        assertThat(waiting).succeedsWithin(Duration.ZERO);
        assertThat(late).succeedsWithin(Duration.ZERO);
    }

    @Test
    void anEndThatMayNotHaveComeIsAFailure() {
        CompletableFuture<Void> waiting = input.send(new byte[0], true);
        input.fail(gone, LOST);
        CompletableFuture<Void> late = input.send(new byte[0], true);

        assertThat(waiting).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
        assertThat(late).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
    }

    @Test
    void bytesThatAreNotSentAreAFailureOfTheEndToo() {
        CompletableFuture<Void> waiting = input.send(new byte[] {1}, true);
        input.fail(gone, ANSWERED);
        CompletableFuture<Void> late = input.send(new byte[] {1}, true);

        assertThat(waiting).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
        assertThat(late).failsWithin(Duration.ZERO).withThrowableThat().withCause(gone);
    }

    @Test
    void piecesAndWritesGoOneAfterTheOther() {
        input.open(stream);
        CompletableFuture<Void> first = input.send(new byte[300 << 10], false);
        CompletableFuture<Void> second = input.send(new byte[] {2}, true);

        stream.take();
        assertThat(first).isNotDone();
        stream.take();
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        stream.take();
        assertThat(second).isCompleted();
        assertThat(stream.isClosed()).isTrue();
    }

    /** A channel's stream, of which the test says when it has taken what it was given. */
    private static final class Stream extends AbstractCloseable implements IoOutputStream {
        private final Deque<IoWriteFutureImpl> open = new ArrayDeque<>();
        private Runnable atTheEnd = () -> {};
        private int writes;

        @Override
        public IoWriteFuture writeBuffer(Buffer buffer) {
            writes++;
            IoWriteFutureImpl future = new IoWriteFutureImpl("a test", buffer);
            open.add(future);
            return future;
        }

        void take() {
            open.remove().setValue(true);
        }

        void refuse(IOException reason) {
            open.remove().setValue(reason);
        }

        @Override
        protected void preClose() {
            atTheEnd.run();
        }
    }
}
