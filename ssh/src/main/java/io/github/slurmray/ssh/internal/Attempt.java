package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.HostKeyException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.AttributeRepository;
import org.jspecify.annotations.Nullable;

/**
 * What is learnt while one connection is opened and used, and that MINA's own exceptions don't tell. Safe for use by
 * many threads.
 */
final class Attempt {
    private static final AttributeKey KEY = new AttributeKey();

    private static final class AttributeKey extends AttributeRepository.AttributeKey<Attempt> {}

    private final Set<String> offered = new LinkedHashSet<>();
    private List<String> methods = List.of();
    private boolean partial;
    private @Nullable HostKeyException hostKey;
    private @Nullable Throwable error;

    /** Wraps this so that it travels with a session. */
    AttributeRepository asContext() {
        return AttributeRepository.ofKeyValuePair(KEY, this);
    }

    /** Returns the attempt that a session belongs to. */
    static @Nullable Attempt of(org.apache.sshd.client.session.ClientSession session) {
        AttributeRepository context = session.getConnectionContext();
        return context == null ? null : context.getAttribute(KEY);
    }

    synchronized void rejected(HostKeyException reason) {
        hostKey = reason;
    }

    synchronized @Nullable HostKeyException hostKey() {
        return hostKey;
    }

    synchronized void refused(String key, boolean partially, List<String> serverMethods) {
        offered.add(key);
        partial |= partially;
        methods = serverMethods == null ? List.of() : List.copyOf(serverMethods);
    }

    synchronized List<String> offered() {
        return new ArrayList<>(offered);
    }

    /** What the server said that it accepts. */
    synchronized List<String> methods() {
        return methods;
    }

    /** Whether the server took a key and wanted something else besides. */
    synchronized boolean partial() {
        return partial;
    }

    /** The first error is the cause; the later ones follow from it. */
    synchronized void failed(Throwable t) {
        if (error == null) {
            error = t;
        }
    }

    synchronized @Nullable Throwable error() {
        return error;
    }
}
