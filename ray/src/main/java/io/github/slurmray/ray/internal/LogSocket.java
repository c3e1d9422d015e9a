package io.github.slurmray.ray.internal;

import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Secret;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of a job's log that the Jobs API offers, a web socket; to be closed.
 *
 * <p>It only receives, on the caller's thread, so this is all of RFC 6455 that it takes. The JDK's own web socket was
 * tried: on Java 17 it now and then never told that the server had ended the stream, and kept a thread for good.
 *
 * <p>One thread reads; {@link #close()} may come from any other.
 */
final class LogSocket implements AutoCloseable {
    /** What the stream gives. */
    sealed interface Part permits Some, Ended, Nothing {}

    /** Some more of the log. */
    static final class Some implements Part {
        private final byte[] bytes;

        Some(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** The stream has ended or broken; Ray doesn't let tell which. */
    record Ended() implements Part {}

    /** Nothing came in time. */
    record Nothing() implements Part {}

    private static final Logger LOG = LoggerFactory.getLogger(LogSocket.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_HEADERS = 16 << 10;
    private static final int MAX_FRAME = 16 << 20;
    /** How soon an interrupt is noticed: reading a socket doesn't notice it by itself. */
    private static final int SLICE_MILLIS = 250;

    private static final int NONE = -2;

    // a proxy of the environment would misdirect what is a tunnel on this machine
    private final Socket socket = new Socket(Proxy.NO_PROXY);
    private final int stallMillis;
    private InputStream in = InputStream.nullInputStream();

    /**
     * Prepares a stream; {@link #open} connects it.
     *
     * @param stall how long the server may take to answer, and to send the rest of what it began to send
     */
    LogSocket(Duration stall) {
        this.stallMillis = Math.toIntExact(Math.max(stall.toMillis(), 1));
    }

    /**
     * Connects.
     *
     * @param uri where, as an {@code http} address
     * @param token Ray's token, if its authentication is on
     * @param connect how long connecting may take
     * @throws IOException if the server can't be reached or offers no stream
     */
    void open(URI uri, Optional<Secret> token, Duration connect) throws IOException {
        if (!"http".equals(uri.getScheme())) {
            throw new IOException("a log is streamed over http only, not " + uri.getScheme());
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        socket.connect(new InetSocketAddress(uri.getHost(), port), Math.toIntExact(Math.max(connect.toMillis(), 1)));
        socket.setKeepAlive(true);
        socket.setSoTimeout(stallMillis);
        in = new BufferedInputStream(socket.getInputStream());
        byte[] nonce = new byte[16];
        RANDOM.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        String request = "GET " + uri.getRawPath() + " HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + key + "\r\n"
                + token.map(t -> "Authorization: Bearer " + t.reveal() + "\r\n").orElse("") + "\r\n";
        OutputStream out = socket.getOutputStream();
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        String answer = headers();
        if (!answer.matches("(?s)HTTP/1\\.1 101 .*")) {
            throw new IOException("no stream, but " + answer.lines().findFirst().orElse("nothing"));
        }
        String accept = ("sec-websocket-accept: " + accepted(key)).toLowerCase(Locale.ROOT);
        if (answer.lines().noneMatch(l -> l.toLowerCase(Locale.ROOT).equals(accept))) {
            throw new IOException("the answer is not one to this web socket");
        }
    }

    private String headers() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 2) {
            int b = required();
            if (head.size() == MAX_HEADERS) {
                throw new IOException("the answer's headers are too long");
            }
            head.write(b);
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static String accepted(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /**
     * Waits for more of the log.
     *
     * @param timeout how long at most
     * @return some bytes, the end, or nothing in time
     * @throws InterruptedCallException if the thread was interrupted
     */
    Part next(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (true) {
                int first = firstByte(deadline);
                if (first < 0) {
                    return first == NONE ? new Nothing() : new Ended();
                }
                socket.setSoTimeout(stallMillis);
                byte[] payload = payload();
                switch (first & 0x0f) {
                    case 0, 1, 2 -> {
                        if (payload.length > 0) {
                            return new Some(payload);
                        }
                    }
                    case 8 -> {
                        return new Ended();
                    }
                    case 9 -> pong(payload);
                    default -> LOG.trace("a frame of no interest");
                }
            }
        } catch (IOException e) {
            LOG.debug("the stream of a log broke", e);
            return new Ended();
        }
    }

    private int firstByte(long deadline) throws IOException {
        socket.setSoTimeout(SLICE_MILLIS);
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedCallException("interrupted while following a job's log", null);
            }
            try {
                return in.read();
            } catch (SocketTimeoutException e) {
                if (System.nanoTime() >= deadline) {
                    return NONE;
                }
            }
        }
    }

    private byte[] payload() throws IOException {
        int second = required();
        boolean masked = (second & 0x80) != 0;
        long length = second & 0x7f;
        if (length >= 126) {
            int bytes = length == 126 ? 2 : 8;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | required();
            }
        }
        if (masked || length < 0 || length > MAX_FRAME) {
            throw new IOException("a frame that no server of Ray sends");
        }
        byte[] payload = in.readNBytes((int) length);
        if (payload.length < length) {
            throw new EOFException("the stream ended in a frame");
        }
        return payload;
    }

    private int required() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the stream ended in a frame");
        }
        return b;
    }

    private void pong(byte[] payload) throws IOException {
        if (payload.length > 125) {
            throw new IOException("a ping that is too long");
        }
        byte[] mask = new byte[4];
        RANDOM.nextBytes(mask);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x8a);
        frame.write(0x80 | payload.length);
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i & 3]);
        }
        socket.getOutputStream().write(frame.toByteArray());
    }

    /** Ends the stream; a reader gets {@link Ended}. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.trace("a socket could not be closed", e);
        }
    }
}
