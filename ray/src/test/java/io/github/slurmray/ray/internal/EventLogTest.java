package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.Subscription;
import io.github.slurmray.testkit.Leaks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Leaks.class)
class EventLogTest {
    private static ClusterEvent event(int n) {
        return new ClusterEvent.Other(Instant.EPOCH, Integer.toString(n));
    }

    private static List<ClusterEvent> events(int n) {
        List<ClusterEvent> events = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            events.add(event(i));
        }
        return events;
    }

    @Test
    void aLateSubscriberIsToldFromTheFirstEventOn() {
        try (EventLog log = new EventLog("test")) {
            log.append(event(0));
            log.append(event(1));
            List<ClusterEvent> told = new CopyOnWriteArrayList<>();
            log.subscribe(told::add);
            log.append(event(2));

            await().untilAsserted(() -> assertThat(told).isEqualTo(events(3)));
            assertThat(log.events()).isEqualTo(events(3));
        }
    }

    @Test
    void everySubscriberIsToldEachEventOnceAndInOrderByOneDaemonThread() throws InterruptedException {
        try (EventLog log = new EventLog("test")) {
            List<List<ClusterEvent>> told = new ArrayList<>();
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            Thread writer = new Thread(() -> events(500).forEach(log::append));
            writer.start();
            for (int i = 0; i < 5; i++) {
                List<ClusterEvent> mine = new CopyOnWriteArrayList<>();
                told.add(mine);
                log.subscribe(e -> {
                    threads.add(Thread.currentThread());
                    mine.add(e);
                });
            }
            writer.join();

            for (List<ClusterEvent> mine : told) {
                await().untilAsserted(() -> assertThat(mine).isEqualTo(events(500)));
            }
            assertThat(threads).hasSize(1).allMatch(Thread::isDaemon);
            assertThat(threads.iterator().next().getName()).isEqualTo("slurmray-events-test");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, AssertionError.class})
    void aSubscriberThatThrowsIsToldNoMoreAndTheOthersAre(Class<? extends Throwable> what) {
        try (EventLog log = new EventLog("test")) {
            List<ClusterEvent> broken = new CopyOnWriteArrayList<>();
            List<ClusterEvent> fine = new CopyOnWriteArrayList<>();
            log.subscribe(e -> {
                broken.add(e);
                if (what == AssertionError.class) {
                    throw new AssertionError("as this test wants it");
                }
                throw new IllegalStateException("as this test wants it");
            });
            log.subscribe(fine::add);
            events(3).forEach(log::append);

            await().untilAsserted(() -> assertThat(fine).isEqualTo(events(3)));
            assertThat(broken).containsExactly(event(0));
        }
    }

    @Test
    void aClosedSubscriptionIsToldNoMore() {
        try (EventLog log = new EventLog("test")) {
            List<ClusterEvent> mine = new CopyOnWriteArrayList<>();
            List<ClusterEvent> others = new CopyOnWriteArrayList<>();
            Subscription subscription = log.subscribe(mine::add);
            log.append(event(0));
            await().untilAsserted(() -> assertThat(mine).hasSize(1));

            subscription.close();
            subscription.close();
            log.subscribe(others::add);
            log.append(event(1));

            await().untilAsserted(() -> assertThat(others).isEqualTo(events(2)));
            assertThat(mine).isEqualTo(events(1));
        }
    }

    @Test
    void aSubscriberMayEndItsOwnSubscription() {
        try (EventLog log = new EventLog("test")) {
            List<ClusterEvent> told = new CopyOnWriteArrayList<>();
            List<ClusterEvent> others = new CopyOnWriteArrayList<>();
            AtomicReference<Subscription> self = new AtomicReference<>();
            self.set(log.subscribe(e -> {
                told.add(e);
                Objects.requireNonNull(self.get()).close();
            }));
            log.subscribe(others::add);
            events(4).forEach(log::append);

            await().untilAsserted(() -> assertThat(others).hasSize(4));
            assertThat(told).containsExactly(event(0));
        }
    }

    @Test
    void aSlowSubscriberDoesNotKeepTheWriterWaiting() throws InterruptedException {
        try (EventLog log = new EventLog("test")) {
            CountDownLatch told = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            List<ClusterEvent> slow = new CopyOnWriteArrayList<>();
            log.subscribe(e -> {
                told.countDown();
                try {
                    assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException x) {
                    throw new IllegalStateException(x);
                }
                slow.add(e);
            });
            log.append(event(0));
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            log.append(event(1));
            log.append(event(2));
            assertThat(log.events()).hasSize(3);
            goOn.countDown();

            await().untilAsserted(() -> assertThat(slow).isEqualTo(events(3)));
        }
    }

    @Test
    void aClosedLogDeliversWhatWasThereAndKeepsIt() {
        EventLog log = new EventLog("test");
        List<ClusterEvent> told = new CopyOnWriteArrayList<>();
        log.subscribe(told::add);
        events(3).forEach(log::append);
        log.close();
        log.close();
        await().untilAsserted(() -> assertThat(told).isEqualTo(events(3)));

        log.append(event(3));

        assertThat(log.events()).isEqualTo(events(4));
        assertThatIllegalStateException()
                .isThrownBy(() -> log.subscribe(told::add))
                .withMessageContaining("closed");
    }
}
