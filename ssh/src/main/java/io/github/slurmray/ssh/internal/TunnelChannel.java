package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.common.util.net.SshdSocketAddress;

/** One forwarded connection's channel. Its two directions end each for itself, as those of a TCP connection do. */
final class TunnelChannel extends ChannelDirectTcpip {
    /** What happens on the far side; called on threads that must not be blocked. */
    interface Listener {
        /** Gets bytes, for which room is to be made with {@link TunnelChannel#release} when they have gone. */
        void data(byte[] bytes);

        /** The far side sends no more. */
        void end();

        /** The channel has ended; in due form, or because the connection broke. */
        void closed(boolean duly);
    }

    private final Listener listener;
    private final ChannelEnds ends = new ChannelEnds(this);

    TunnelChannel(SshdSocketAddress origin, SshdSocketAddress target, Listener listener) {
        super(origin, target);
        this.listener = listener;
        setStreaming(Streaming.Async);
        addCloseFutureListener(f -> {
            finish();
            listener.closed(ends.answered());
        });
    }

    /** Asks the server for the channel and returns at once. */
    CompletableFuture<Void> begin() throws IOException {
        ends.begin(this::finish);
        return ends.openness();
    }

    ChannelInput input() {
        return ends.input();
    }

    /** Whether the far side has closed the channel itself, so that everything it had to say has come. */
    boolean answered() {
        return ends.answered();
    }

    void release(long bytes) throws IOException {
        ends.release(bytes);
    }

    /** Ends the channel; what was sent and not yet taken is dropped. */
    void abandon() {
        ends.abandon();
    }

    @Override
    protected void doOpen() throws IOException {
        super.doOpen();
        ends.opened();
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) {
        if (!isClosing()) {
            listener.data(Arrays.copyOfRange(data, offset, offset + (int) length));
        }
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        listener.end();
    }

    @Override
    public void handleClose() throws IOException {
        ends.answer();
        super.handleClose();
    }

    private void finish() {
        ends.finish(openFuture);
    }
}
