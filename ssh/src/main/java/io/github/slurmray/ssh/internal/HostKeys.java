package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.signature.Signature;

/** Decides whether a host is who it claims to be, by what a known_hosts file has on it. */
final class HostKeys {
    private final Endpoint endpoint;
    private final KnownHosts knownHosts;
    private final List<KnownHosts.Line> lines;

    /**
     * Reads what the file has on the host.
     *
     * @throws HostKeyException if the file can't be read
     */
    HostKeys(Settings settings) {
        this.endpoint = settings.endpoint();
        try {
            this.knownHosts = KnownHosts.read(settings.knownHosts());
        } catch (IOException e) {
            throw new HostKeyException(
                    endpoint + ": can't verify its host key, since " + settings.knownHosts() + " can't be read: "
                            + e.getMessage(),
                    e);
        }
        this.lines = knownHosts.about(endpoint.host(), endpoint.port());
    }

    /**
     * Puts the algorithms of the keys on record first, so that the server presents one of these, as ssh does. Without
     * it, a host known by its RSA key would present another, and look like an unknown one. Certificates are asked for
     * only where an authority is on record.
     */
    List<NamedFactory<Signature>> order(List<NamedFactory<Signature>> factories) {
        boolean authority = any(KnownHosts.Kind.CERT_AUTHORITY);
        Set<String> known = lines.stream()
                .filter(l -> l.kind() == KnownHosts.Kind.KEY)
                .map(KnownHosts.Line::type)
                .collect(Collectors.toSet());
        List<NamedFactory<Signature>> certificates = new ArrayList<>();
        List<NamedFactory<Signature>> first = new ArrayList<>();
        List<NamedFactory<Signature>> rest = new ArrayList<>();
        for (NamedFactory<Signature> factory : factories) {
            if (KeyUtils.isCertificateAlgorithm(factory.getName())) {
                certificates.add(factory);
            } else if (known.contains(KeyUtils.getCanonicalKeyType(factory.getName()))) {
                first.add(factory);
            } else {
                rest.add(factory);
            }
        }
        List<NamedFactory<Signature>> ordered = new ArrayList<>(authority ? certificates : List.of());
        ordered.addAll(first);
        ordered.addAll(rest);
        return ordered;
    }

    /**
     * Checks the key that the host has presented, and has proven to hold.
     *
     * @throws HostKeyException if it is unknown, revoked, or another than the one on record
     */
    void verify(PublicKey presented) {
        if (presented instanceof OpenSshCertificate certificate) {
            verifyCertificate(certificate);
            return;
        }
        byte[] key = Keys.blob(presented);
        refuseRevoked(presented, key);
        if (has(lines, KnownHosts.Kind.KEY, key)) {
            return;
        }
        List<KnownHosts.Line> others =
                lines.stream().filter(l -> l.kind() == KnownHosts.Kind.KEY).toList();
        if (others.isEmpty()
                && endpoint.port() != Endpoint.DEFAULT_PORT
                && has(knownHosts.matching(endpoint.host().toLowerCase(Locale.ROOT)), KnownHosts.Kind.KEY, key)) {
            // the same key as on the usual port: ssh takes that too
            return;
        }
        if (others.isEmpty()) {
            throw unknown(presented);
        }
        throw changed(presented, others);
    }

    // the certificate's own signature, type and dates were checked when it came
    private void verifyCertificate(OpenSshCertificate certificate) {
        byte[] authority = Keys.blob(certificate.getCaPubKey());
        refuseRevoked(certificate.getCertPubKey(), Keys.blob(certificate.getCertPubKey()));
        refuseRevoked(certificate.getCaPubKey(), authority);
        if (!has(lines, KnownHosts.Kind.CERT_AUTHORITY, authority)) {
            throw new HostKeyException(
                    endpoint + ": its certificate is signed by " + Keys.describe(certificate.getCaPubKey())
                            + ", which is not among the authorities that " + knownHosts.file() + " has for it",
                    null);
        }
        Collection<String> principals = certificate.getPrincipals();
        String name = endpoint.host().toLowerCase(Locale.ROOT);
        if (principals == null || principals.stream().noneMatch(p -> KnownHosts.glob(p, name))) {
            throw new HostKeyException(endpoint + ": its certificate is for " + principals + ", not for " + name, null);
        }
        if (!certificate.getCriticalOptions().isEmpty()) {
            throw new HostKeyException(
                    endpoint + ": its certificate has critical options, which a host's must not have", null);
        }
    }

    private void refuseRevoked(PublicKey key, byte[] blob) {
        for (KnownHosts.Line line : lines) {
            if (line.kind() == KnownHosts.Kind.REVOKED && line.holds(blob)) {
                throw new HostKeyException(
                        endpoint + ": its key " + Keys.describe(key) + " is revoked by " + knownHosts.file() + ":"
                                + line.number() + ". Don't connect; ask the site for its new key.",
                        null);
            }
        }
    }

    private HostKeyException unknown(PublicKey presented) {
        String port = endpoint.port() == Endpoint.DEFAULT_PORT ? "" : "-p " + endpoint.port() + " ";
        return new HostKeyException(
                endpoint + ": its host key is unknown. It presented " + Keys.describe(presented) + ", and "
                        + knownHosts.file() + " has no key for "
                        + (port.isEmpty() ? endpoint.host() : "[" + endpoint.host() + "]:" + endpoint.port())
                        + ". Compare the fingerprint with the one that the site publishes, then add the key: ssh-keyscan "
                        + port + Shell.quote(endpoint.host()) + " >> "
                        + Shell.quote(knownHosts.file().toString()),
                null);
    }

    private HostKeyException changed(PublicKey presented, List<KnownHosts.Line> others) {
        String type = Keys.type(presented);
        String known = others.stream()
                .filter(l -> l.type().equals(type)
                        || others.stream().noneMatch(o -> o.type().equals(type)))
                .map(l -> Keys.describe(l.type(), l.blob()) + " (" + knownHosts.file() + ":" + l.number() + ")")
                .collect(Collectors.joining(", "));
        return new HostKeyException(
                endpoint + ": its host key has changed, so it may not be the host that it claims to be. It presented "
                        + Keys.describe(presented) + "; on record is " + known
                        + ". If the site says that the key was changed, replace that line; else don't connect.",
                null);
    }

    private boolean any(KnownHosts.Kind kind) {
        return lines.stream().anyMatch(l -> l.kind() == kind);
    }

    private static boolean has(List<KnownHosts.Line> lines, KnownHosts.Kind kind, byte[] key) {
        return lines.stream().anyMatch(l -> l.kind() == kind && l.holds(key));
    }
}
