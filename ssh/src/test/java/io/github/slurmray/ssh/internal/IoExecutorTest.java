package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ShutdownChannelGroupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class IoExecutorTest {
    private static List<String> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(n -> n.startsWith(name))
                .toList();
    }

    @Test
    void minaTakesItAsItIs() {
        IoExecutor executor = new IoExecutor("as-it-is", 1);
        assertThat(ThreadUtils.noClose(executor)).isSameAs(executor);
        executor.shutdown();
    }

    @Test
    void aCompletionThatComesAfterTheShutdownRunsOnTheThreadThatBringsIt() {
        IoExecutor executor = new IoExecutor("late", 1);
        executor.shutdown();
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        executor.execute(() -> ranOn.set(Thread.currentThread()));
        assertThat(ranOn).hasValue(Thread.currentThread());
    }

    @Test
    void theShutdownLetsWorkEndAndThenEndsTheThreads() throws InterruptedException {
        IoExecutor executor = new IoExecutor("ending", 1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(2);
        executor.execute(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                return;
            }
            done.countDown();
        });
        executor.execute(done::countDown);
        assertThat(threads("ending")).hasSize(1);

        executor.shutdownNow();
        assertThat(executor.isShutdown()).isTrue();
        go.countDown();
        done.await();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> threads("ending").isEmpty());
    }

    /** With MINA's own executor, some of these rounds kill a thread of the JDK's. */
    @Test
    void noThreadDiesWhenAGroupIsShutDownWhileDataArrives() throws Exception {
        List<Throwable> deaths = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> deaths.add(e));
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int round = 0; round < 300; round++) {
                shutDownWhileDataArrives(server, new IoExecutor("racing", 2));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> threads("racing").isEmpty());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(deaths).isEmpty();
    }

    private static void shutDownWhileDataArrives(ServerSocket server, ExecutorService executor) throws Exception {
        AsynchronousChannelGroup group = AsynchronousChannelGroup.withThreadPool(executor);
        CountDownLatch begun = new CountDownLatch(20);
        List<Socket> far = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            AsynchronousSocketChannel channel = AsynchronousSocketChannel.open(group);
            channel.connect(server.getLocalSocketAddress()).get();
            far.add(server.accept());
            readOn(channel, ByteBuffer.allocate(64), begun);
        }
        Thread writer = new Thread(() -> {
            try {
                while (true) {
                    for (Socket socket : far) {
                        socket.getOutputStream().write(new byte[64]);
                    }
                }
            } catch (IOException e) {
                // the channels are closed
                begun.countDown();
            }
        });
        writer.start();
        begun.await();
        group.shutdownNow();
        assertThat(group.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        for (Socket socket : far) {
            socket.close();
        }
        writer.join();
    }

    private static void readOn(AsynchronousSocketChannel channel, ByteBuffer into, CountDownLatch count) {
        channel.read(into, count, new CompletionHandler<>() {
            @Override
            public void completed(Integer read, CountDownLatch reads) {
                reads.countDown();
                into.clear();
                if (channel.isOpen()) {
                    try {
                        readOn(channel, into, reads);
                    } catch (ShutdownChannelGroupException e) {
                        into.clear();
                    }
                }
            }

            @Override
            public void failed(Throwable e, CountDownLatch reads) {
                into.clear();
            }
        });
    }
}
