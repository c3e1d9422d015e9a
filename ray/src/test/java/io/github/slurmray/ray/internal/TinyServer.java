package io.github.slurmray.ray.internal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that answers each request as a test says, and misbehaves on demand, which the JDK's server
 * can't: reset, stall, web socket. One request per connection.
 */
final class TinyServer implements AutoCloseable {
    record Request(String method, String path, Map<String, String> headers, String body) {}

    /** What happens to a request; it may block, and the connection ends when it returns. */
    interface Answer {
        void to(Request request, OutputStream out, Socket socket) throws Exception;
    }

    interface Handler {
        Answer handle(Request request) throws Exception;
    }

    private final ServerSocket server;
    private final Handler handler;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    final List<Request> requests = new CopyOnWriteArrayList<>();

    TinyServer(Handler handler) throws IOException {
        this.handler = handler;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    static Answer text(int status, String body) {
        return bytes(status, body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer bytes(int status, byte[] body) {
        return part(status, body, body.length);
    }

    /** Announces a body, sends only its beginning, and resets the connection. */
    static Answer reset(int status, byte[] body, int sent) {
        return (request, out, socket) -> {
            part(status, body, sent).to(request, out, socket);
            socket.setSoLinger(true, 0);
        };
    }

    /** Announces a body, sends only its beginning, and nothing more until the client goes. */
    static Answer stall(byte[] body, int sent) {
        return (request, out, socket) -> {
            part(200, body, sent).to(request, out, socket);
            waitForEnd(socket);
        };
    }

    /** Never says anything. */
    static Answer silence() {
        return (request, out, socket) -> waitForEnd(socket);
    }

    /** Resets the connection without a word. */
    static Answer reset() {
        return (request, out, socket) -> socket.setSoLinger(true, 0);
    }

    private static Answer part(int status, byte[] body, int sent) {
        return (request, out, socket) -> {
            out.write(("HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body, 0, sent);
            out.flush();
        };
    }

    /** Opens a web socket and says nothing on it. */
    static Answer quietSocket() {
        return (request, out, socket) -> {
            upgrade(request, out);
            waitForEnd(socket);
        };
    }

    /** Opens a web socket, sends these text frames, and closes it properly or resets the connection. */
    static Answer socket(List<String> frames, boolean properly) {
        return (request, out, socket) -> {
            upgrade(request, out);
            for (String frame : frames) {
                frame(out, 1, frame.getBytes(StandardCharsets.UTF_8));
                frame(out, 9, new byte[] {1, 2, 3, 4, 5});
            }
            if (properly) {
                frame(out, 8, new byte[] {0x03, (byte) 0xe8});
                waitForEnd(socket);
            } else {
                // a reset would throw away frames that the client hasn't read yet
                socket.shutdownOutput();
                waitForEnd(socket);
            }
        };
    }

    private static void upgrade(Request request, OutputStream out) throws Exception {
        out.write(("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + accept(request.headers().get("sec-websocket-key")) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static String accept(@Nullable String key) throws NoSuchAlgorithmException {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-1")
                        .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
    }

    private static void frame(OutputStream out, int opcode, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x80 | opcode);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(payload);
        out.write(frame.toByteArray());
        out.flush();
    }

    private static void waitForEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        while (in.read() >= 0) {
            // whatever the client says
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String first = line(in);
            if (first.isEmpty()) {
                return;
            }
            Map<String, String> headers = new HashMap<>();
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
            byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            List<String> words = Arrays.asList(first.split(" ", -1));
            Request request =
                    new Request(words.get(0), words.get(1), headers, new String(body, StandardCharsets.ISO_8859_1));
            requests.add(request);
            handler.handle(request).to(request, socket.getOutputStream(), socket);
        } catch (Exception e) {
            // the client went away, which is what many of the tests are about
        } finally {
            sockets.remove(socket);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    private static void daemon(Runnable task) {
        Thread t = new Thread(task, "tiny-server");
        t.setDaemon(true);
        t.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
