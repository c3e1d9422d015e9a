package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one emulation: the user's home, the commands, the spool directory of the nodes. Short, since sockets
 * are made below it.
 */
public final class Place {
    private static final List<String> COMMANDS = List.of(
            "sbatch",
            "squeue",
            "sacct",
            "scancel",
            "scontrol",
            "sinfo",
            "sacctmgr",
            "srun",
            "seff",
            "sprio",
            "sdiag",
            "sstat",
            "salloc",
            "sattach",
            "sbcast",
            "sreport",
            "sshare",
            "scrontab",
            "strigger");

    /** Tools whose messages are put into other words where that is asked for; none that is ended by a signal. */
    private static final List<String> TOOLS = List.of(
            "cat", "chmod", "cp", "dd", "head", "install", "ln", "ls", "mkdir", "mktemp", "mv", "rm", "rmdir", "stat",
            "tar", "touch");

    private static final Logger LOG = LoggerFactory.getLogger(Place.class);
    private static final SecureRandom NAMES = new SecureRandom();
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path root;

    /** Makes the directory. */
    public Place() {
        try {
            root = create(Path.of(System.getProperty("java.io.tmpdir")));
            for (String name : List.of("home", "bin", "spool", "answers", "n")) {
                Files.createDirectory(root.resolve(name), PRIVATE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new directory with a short name, since sockets go below it, whose paths have at most 107 bytes. */
    private static Path create(Path parent) throws IOException {
        while (true) {
            Path name = parent.resolve("es" + Integer.toString(NAMES.nextInt(1 << 30), Character.MAX_RADIX));
            try {
                return Files.createDirectory(name, PRIVATE);
            } catch (FileAlreadyExistsException e) {
                LOG.debug("{} is somebody else's", name);
            }
        }
    }

    /** Returns the directory itself. */
    public Path root() {
        return root;
    }

    /** Returns the user's home. */
    public Path home() {
        return root.resolve("home");
    }

    Path bin() {
        return root.resolve("bin");
    }

    /** Where tools are whose messages are put into other words. */
    Path tools() {
        return bin().resolve("tools");
    }

    private Path overQuotaMark() {
        return bin().resolve("over-quota");
    }

    /** Returns whether the user's files may not grow. */
    boolean overQuota() {
        return Files.exists(overQuotaMark());
    }

    /** Sets whether the user's files may not grow, for what is started from now on. */
    public void overQuota(boolean over) {
        setFile(overQuotaMark(), over ? Optional.of("") : Optional.empty());
    }

    /** Sets whether the start-up files of the login shell make noise. */
    void noisy(boolean noisy) {
        setFile(bin().resolve("bashrc"), noisy ? Optional.of(resource("noise.sh")) : Optional.empty());
    }

    private static void setFile(Path file, Optional<String> content) {
        if (content.isPresent()) {
            write(file, content.get(), "rw-------");
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the commands, which find the emulation at a port, and the nodes' addresses. */
    void install(int port, String secret, List<String> nodes) {
        write(bin().resolve("door"), port + "\n" + secret + "\n", "rw-------");
        StringBuilder table = new StringBuilder("login1 127.0.0.1\n");
        for (int i = 0; i < nodes.size(); i++) {
            table.append(nodes.get(i)).append(' ').append(address(port, i)).append('\n');
        }
        write(bin().resolve("nodes"), table.toString(), "rw-------");
        write(bin().resolve("shim"), resource("shim.sh"), "rwx------");
        write(bin().resolve("hostname"), resource("hostname.sh"), "rwx------");
        write(bin().resolve("getent"), resource("getent.sh"), "rwx------");
        write(bin().resolve("ip"), resource("ip.sh"), "rwx------");
        write(bin().resolve("tool"), resource("tool.sh"), "rwx------");
        String commands = Shell.quote(Bytes.of(bin()));
        write(
                home().resolve(".bash_profile"),
                "PATH=" + commands + ":$PATH\n"
                        // as Lmod does it: bash reads it after this file, and would take the machine's own Lmod
                        + "export BASH_ENV=" + commands + "/modules.sh; . \"$BASH_ENV\"\n"
                        + "for _file in " + commands
                        + "/bashrc ~/.bashrc; do [ ! -f \"$_file\" ] || . \"$_file\"; done\n"
                        + "unset _file\n",
                "rw-------");
        try {
            for (String command : COMMANDS) {
                Files.createSymbolicLink(bin().resolve(command), Path.of("shim"));
            }
            Files.createDirectory(tools());
            for (String tool : TOOLS) {
                Files.createSymbolicLink(tools().resolve(tool), Path.of("../tool"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the modules, and returns the line of shell that makes them available. */
    String installModules(Map<String, List<String>> modules) {
        Path directory = root.resolve("modules");
        try {
            Files.createDirectory(directory, PRIVATE);
            for (Map.Entry<String, List<String>> module : modules.entrySet()) {
                Path file = directory.resolve(module.getKey());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                write(file, Bytes.of(String.join("\n", module.getValue()) + "\n"), "rw-------");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(bin().resolve("modules.sh"), resource("modules.sh"), "rw-------");
        return "source " + Shell.quote(bin().resolve("modules.sh").toString());
    }

    /**
     * The loopback address of a node, by its place in slurm.conf. Another emulation on this machine, which has another
     * port, has other addresses: two heads that look for free ports at the same time don't get in each other's way.
     */
    static String address(int port, int node) {
        int address = (port << 8) + node + 1;
        return "127." + (address >> 16) + "." + (address >> 8 & 255) + "." + (address & 255);
    }

    /** A private directory of a node. */
    String temporaryDirectory(String node) {
        Path dir = root.resolve("n").resolve(node);
        try {
            return Bytes.of(Files.createDirectories(dir));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String bytes, String permissions) {
        try {
            Files.write(file, bytes.getBytes(StandardCharsets.ISO_8859_1));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Place.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
