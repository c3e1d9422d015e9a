package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A file of host keys in OpenSSH's format (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). Lines that can't be understood are
 * passed over, as ssh does.
 */
final class KnownHosts {
    private static final String CERT_AUTHORITY = "@cert-authority";
    private static final String REVOKED = "@revoked";

    /** What a line says of its key. */
    enum Kind {
        KEY,
        CERT_AUTHORITY,
        REVOKED
    }

    /**
     * A line that speaks of the host that was asked for.
     *
     * @param number of the line in the file, from 1
     * @param kind what the line says
     * @param type the key's type, such as {@code ssh-ed25519}
     * @param blob the key, as it goes over the wire
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by holds(), never by equals()
    record Line(int number, Kind kind, String type, byte[] blob) {
        boolean holds(byte[] key) {
            return Arrays.equals(blob, key);
        }
    }

    private final Path file;
    private final List<String> lines;

    private KnownHosts(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /** Reads the file; one that doesn't exist knows no hosts. */
    static KnownHosts read(Path file) throws IOException {
        try {
            // ISO 8859-1 takes every byte: a comment may be in any encoding
            return new KnownHosts(file, Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return new KnownHosts(file, List.of());
        }
    }

    Path file() {
        return file;
    }

    /** Returns the lines for this host; for another port than 22, those of {@code [host]:port}. */
    List<Line> about(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return matching(port == Endpoint.DEFAULT_PORT ? name : "[" + name + "]:" + port);
    }

    /** Returns the lines for this name without a port. */
    List<Line> matching(String name) {
        List<Line> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] fields = lines.get(i).strip().split("[ \t]+", -1);
            Kind kind = switch (fields[0]) {
                case CERT_AUTHORITY -> Kind.CERT_AUTHORITY;
                case REVOKED -> Kind.REVOKED;
                default -> Kind.KEY;
            };
            int first = kind == Kind.KEY ? 0 : 1;
            boolean comment = fields[0].startsWith("#") || (kind == Kind.KEY && fields[0].startsWith("@"));
            if (comment || fields.length < first + 3 || !names(fields[first], name)) {
                continue;
            }
            byte[] blob = decode(fields[first + 2]);
            if (blob.length > 0) {
                found.add(new Line(i + 1, kind, fields[first + 1], blob));
            }
        }
        return found;
    }

    /** Returns nothing for what isn't base64. */
    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static boolean names(String patterns, String name) {
        if (patterns.startsWith("|1|")) {
            return hashes(patterns, name);
        }
        boolean match = false;
        for (String pattern : patterns.toLowerCase(Locale.ROOT).split(",", -1)) {
            boolean negated = pattern.startsWith("!");
            if (glob(negated ? pattern.substring(1) : pattern, name)) {
                if (negated) {
                    return false;
                }
                match = true;
            }
        }
        return match;
    }

    /** Matches with * for any characters and ? for one. */
    static boolean glob(String pattern, String name) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.matches(regex.toString(), name);
    }

    private static boolean hashes(String field, String name) {
        String[] parts = field.split("\\|", -1);
        if (parts.length != 4) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[2]), "HmacSHA1"));
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return Arrays.equals(hash, Base64.getDecoder().decode(parts[3]));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
