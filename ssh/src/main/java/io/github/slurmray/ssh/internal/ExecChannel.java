package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.channel.ChannelExec;

/**
 * A session channel that runs one command and gives its streams to two sinks.
 *
 * <p>MINA's own streams either block one of its I/O threads or hide how they ended. Here the channel's end is known
 * apart: {@link #answered()} says that the server closed the channel in due form, so that its output is complete.
 */
final class ExecChannel extends ChannelExec {
    private final Sink stdout;
    private final Sink stderr;
    private final ChannelEnds ends = new ChannelEnds(this);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile Runnable whenEof = () -> {};

    ExecChannel(byte[] request, Sink stdout, Sink stderr) {
        super(request, null, Map.of());
        this.stdout = stdout;
        this.stderr = stderr;
        setStreaming(Streaming.Async);
        // it may end in several ways, and this one comes with all of them
        addCloseFutureListener(f -> finish());
    }

    /** Calls back once when the command has closed its standard output. */
    void whenEof(Runnable action) {
        whenEof = action;
    }

    /** Asks the server for the channel and returns at once; {@link #opened()} and {@link #done()} have the answer. */
    void begin() throws IOException {
        ends.begin(this::finish);
    }

    /** Completes when the server has taken the command, exceptionally if it has refused the channel. */
    CompletableFuture<Void> opened() {
        return ends.openness();
    }

    /** Completes when the channel has ended, in whatever way; exceptionally only if it was never opened. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Whether the server has closed the channel itself, so that everything it had to say has come. */
    boolean answered() {
        return ends.answered();
    }

    ChannelInput input() {
        return ends.input();
    }

    /** Makes room for more output, after a sink that had kept bytes has got rid of them. */
    void release(long bytes) throws IOException {
        ends.release(bytes);
    }

    /** Gives the command up: what it says is dropped from now on. The server is told, not waited for. */
    void abandon() {
        ends.abandon();
    }

    @Override
    protected void doOpen() throws IOException {
        super.doOpen();
        ends.opened();
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) throws IOException {
        pass(stdout, data, offset, (int) length);
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) throws IOException {
        pass(stderr, data, offset, (int) length);
    }

    private void pass(Sink sink, byte[] data, int offset, int length) throws IOException {
        if (isClosing()) {
            return;
        }
        int done = sink.accept(data, offset, length);
        if (done > 0) {
            release(done);
        }
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        whenEof.run();
    }

    @Override
    public void handleClose() throws IOException {
        ends.answer();
        super.handleClose();
        finish();
    }

    private void finish() {
        Throwable refusal = ends.finish(openFuture);
        if (refusal == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(refusal);
        }
    }
}
