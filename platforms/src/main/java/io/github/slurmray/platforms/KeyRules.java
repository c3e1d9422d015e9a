package io.github.slurmray.platforms;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which keys may log in to a site, and how one gets there. Immutable; what isn't known is empty. */
public final class KeyRules {
    private final List<String> types;
    private final Optional<String> preferred;
    private final Optional<Boolean> passwordLogin;
    private final Optional<Boolean> authorizedKeysRead;
    private final Optional<String> registration;
    private final Optional<Duration> syncDelay;
    private final Optional<String> passphrase;
    private final Optional<Boolean> certificateRequired;
    private final Optional<Duration> certificateLifetime;
    private final List<String> certificateHow;
    private final Optional<Boolean> certificateUnattended;
    private final Optional<String> note;

    KeyRules(Section s) {
        this.types = s.texts("types");
        this.preferred = s.text("preferred");
        this.passwordLogin = s.flag("passwordLogin");
        this.authorizedKeysRead = s.flag("authorizedKeysRead");
        this.registration = s.text("registration");
        this.syncDelay = s.duration("syncDelay");
        this.passphrase = s.text("passphrase");
        this.certificateRequired = s.part("certificate").flag("required");
        this.certificateLifetime = s.part("certificate").duration("lifetime");
        this.certificateHow = s.part("certificate").texts("how");
        this.certificateUnattended = s.part("certificate").flag("unattended");
        this.note = s.text("note");
    }

    /**
     * Returns the accepted types of keys.
     *
     * @return such as {@code ed25519}, {@code rsa 4096..16384}
     */
    public List<String> types() {
        return types;
    }

    /**
     * Returns the type that the site prefers.
     *
     * @return such as {@code ed25519}
     */
    public Optional<String> preferred() {
        return preferred;
    }

    /**
     * Tells whether a password is enough.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> passwordLogin() {
        return passwordLogin;
    }

    /**
     * Tells whether {@code ~/.ssh/authorized_keys} counts.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> authorizedKeysRead() {
        return authorizedKeysRead;
    }

    /**
     * Returns how a public key is registered.
     *
     * @return in words
     */
    public Optional<String> registration() {
        return registration;
    }

    /**
     * Returns the longest time until a registered key works.
     *
     * @return empty if it isn't known
     */
    public Optional<Duration> syncDelay() {
        return syncDelay;
    }

    /**
     * Returns what the site asks of passphrases.
     *
     * @return in words
     */
    public Optional<String> passphrase() {
        return passphrase;
    }

    /**
     * Tells whether a login needs a user certificate beside the key.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> certificateRequired() {
        return certificateRequired;
    }

    /**
     * Returns how long a user certificate is valid.
     *
     * @return empty if it isn't known, or there are none
     */
    public Optional<Duration> certificateLifetime() {
        return certificateLifetime;
    }

    /**
     * Returns how a user certificate is got.
     *
     * @return in words; empty if it isn't known, or there are none
     */
    public List<String> certificateHow() {
        return certificateHow;
    }

    /**
     * Tells whether a program can renew its certificate without a person.
     *
     * @return empty if it isn't known, or there are none
     */
    public Optional<Boolean> certificateUnattended() {
        return certificateUnattended;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }
}
