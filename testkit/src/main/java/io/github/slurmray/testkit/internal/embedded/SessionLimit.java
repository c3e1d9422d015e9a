package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;

/** Opens sessions up to the limit of each connection, and refuses more as sshd does. */
final class SessionLimit extends ChannelSessionFactory {
    private static final AttributeRepository.AttributeKey<AtomicInteger> OPEN =
            new AttributeRepository.AttributeKey<>();

    private volatile int max;

    SessionLimit(int max) {
        this.max = max;
    }

    /** Sets how many sessions a connection may have open from now on. */
    void max(int sessions) {
        max = sessions;
    }

    @Override
    public Channel createChannel(Session session) {
        AtomicInteger count = session.computeAttributeIfAbsent(OPEN, key -> new AtomicInteger());
        return new ChannelSession() {
            private boolean counted;

            @Override
            protected OpenFuture doInit(Buffer buffer) {
                if (count.incrementAndGet() > max) {
                    count.decrementAndGet();
                    OpenFuture refused = new DefaultOpenFuture(this, this);
                    refused.setException(new SshChannelOpenException(
                            getChannelId(), SshConstants.SSH_OPEN_CONNECT_FAILED, "open failed"));
                    return refused;
                }
                counted = true;
                return super.doInit(buffer);
            }

            @Override
            public void handleClose() throws IOException {
                // sshd frees a session's place when the client has closed it too
                if (counted) {
                    counted = false;
                    count.decrementAndGet();
                }
                super.handleClose();
            }
        };
    }
}
