package io.github.slurmray.ray.internal;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory packed as Ray takes it: a zip whose bytes depend on nothing but names, contents and the executable bit,
 * so that the same directory has the same name and is uploaded once. To be closed, which deletes the file.
 */
final class WorkingDirPackage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkingDirPackage.class);
    private static final Set<String> EXCLUDED = Set.of(".git", "__pycache__");
    private static final int END_LENGTH = 22;
    private static final int ENTRY = 0x02014b50;
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 0);

    private final Path zip;
    private final String name;

    private WorkingDirPackage(Path zip, String name) {
        this.zip = zip;
        this.name = name;
    }

    /**
     * Packs a directory.
     *
     * @param dir the directory
     * @param cap the most bytes that the package may have
     * @return the package
     * @throws IllegalArgumentException if it isn't a readable directory, or too large
     */
    static WorkingDirPackage of(Path dir, long cap) {
        if (!Files.isDirectory(dir)) {
            throw new IllegalArgumentException("the working directory " + dir + " is not a directory");
        }
        try {
            Map<String, Path> entries = entries(dir.toRealPath());
            Path zip = Files.createTempFile("slurmray-", ".zip");
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                write(dir, entries, zip, cap);
                markExecutables(zip, entries);
                try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                    Files.copy(zip, sink);
                }
                String hash = HexFormat.of().formatHex(digest.digest(), 0, 16);
                return new WorkingDirPackage(zip, "_ray_pkg_" + hash + ".zip");
            } catch (Throwable t) {
                Files.deleteIfExists(zip);
                throw t;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the working directory " + dir + " can't be packed: "
                            + e.getClass().getSimpleName() + " " + e.getMessage(),
                    e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Returns the name under which Ray keeps it, {@code _ray_pkg_<hash>.zip}. */
    String name() {
        return name;
    }

    Path file() {
        return zip;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(zip);
        } catch (IOException e) {
            LOG.debug("{} could not be deleted", zip, e);
        }
    }

    private static Map<String, Path> entries(Path root) throws IOException {
        Map<String, Path> entries = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                if (dir.equals(root)) {
                    return FileVisitResult.CONTINUE;
                }
                if (EXCLUDED.contains(String.valueOf(dir.getFileName()))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                entries.put(entryName(root, dir) + "/", dir);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // in a git worktree .git is a file
                if (EXCLUDED.contains(String.valueOf(file.getFileName()))) {
                    return FileVisitResult.CONTINUE;
                }
                if (attributes.isRegularFile() || (attributes.isSymbolicLink() && leadsToFileInside(root, file))) {
                    entries.put(entryName(root, file), file);
                } else {
                    LOG.warn("{} is left out of the job's working directory: not a file inside of it", file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return entries;
    }

    private static boolean leadsToFileInside(Path root, Path link) throws IOException {
        if (!Files.isRegularFile(link)) {
            return false;
        }
        Path target = link.toRealPath();
        if (!target.startsWith(root)) {
            return false;
        }
        for (Path part : root.relativize(target)) {
            if (EXCLUDED.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    private static String entryName(Path root, Path path) {
        List<String> parts = new ArrayList<>();
        root.relativize(path).forEach(part -> parts.add(part.toString()));
        return String.join("/", parts);
    }

    private static void write(Path dir, Map<String, Path> entries, Path zip, long cap) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(zip));
                ZipOutputStream out = new ZipOutputStream(new Capped(file, cap))) {
            for (Map.Entry<String, Path> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                entry.setTimeLocal(TIME);
                out.putNextEntry(entry);
                if (!entry.isDirectory()) {
                    Files.copy(e.getValue(), out);
                }
                out.closeEntry();
            }
        } catch (TooLargeException e) {
            throw new IllegalArgumentException(
                    "the working directory " + dir + " is larger than " + (cap >> 20)
                            + " MiB when packed, which Ray doesn't take; largest files: " + largest(entries)
                            + ". Put data on a file system of the cluster instead",
                    e);
        }
    }

    private static String largest(Map<String, Path> entries) {
        return entries.entrySet().stream()
                .filter(e -> !e.getKey().endsWith("/"))
                .map(e -> Map.entry(e.getKey(), size(e.getValue())))
                .sorted(Comparator.comparingLong((Map.Entry<String, Long> e) -> -e.getValue()))
                .limit(3)
                .map(e -> e.getKey() + " (" + (e.getValue() >> 20) + " MiB)")
                .collect(Collectors.joining(", "));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes Unix modes into the central directory, which {@link ZipOutputStream} leaves empty: newer Ray gives a file
     * the mode that it finds there, so that {@code ./run.sh} works.
     */
    private static void markExecutables(Path zip, Map<String, Path> entries) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(zip.toFile(), "rw");
                FileChannel channel = file.getChannel()) {
            // the end record has no comment, so it is the last 22 bytes
            ByteBuffer end = read(channel, channel.size() - END_LENGTH, END_LENGTH);
            long at = Integer.toUnsignedLong(end.getInt(16));
            // by signature, not by the number of entries, which has only 16 bits
            while (true) {
                if (read(channel, at, 4).getInt(0) != ENTRY) {
                    return;
                }
                ByteBuffer header = read(channel, at, 46);
                int nameLength = Short.toUnsignedInt(header.getShort(28));
                byte[] nameBytes = new byte[nameLength];
                read(channel, at + 46, nameLength).get(nameBytes);
                String entry = new String(nameBytes, StandardCharsets.UTF_8);
                Path path = entries.get(entry);
                boolean executable = path != null && Files.isExecutable(path);
                int mode = entry.endsWith("/") ? 040755 : executable ? 0100755 : 0100644;
                write(channel, at + 5, new byte[] {3});
                ByteBuffer attributes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
                attributes.putInt(0, mode << 16);
                write(channel, at + 38, attributes.array());
                at += 46
                        + nameLength
                        + Short.toUnsignedInt(header.getShort(30))
                        + Short.toUnsignedInt(header.getShort(32));
            }
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            if (channel.read(b, at + b.position()) < 0) {
                throw new IOException("the package ends in its directory");
            }
        }
        return b.flip();
    }

    private static void write(FileChannel channel, long at, byte[] bytes) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        while (b.hasRemaining()) {
            channel.write(b, at + b.position());
        }
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Capped extends FilterOutputStream {
        private long left;

        Capped(OutputStream out, long cap) {
            super(out);
            this.left = cap;
        }

        @Override
        public void write(int b) throws IOException {
            take(1);
            out.write(b);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            take(len);
            out.write(b, off, len);
        }

        private void take(int n) throws IOException {
            left -= n;
            if (left < 0) {
                throw new TooLargeException();
            }
        }
    }
}
