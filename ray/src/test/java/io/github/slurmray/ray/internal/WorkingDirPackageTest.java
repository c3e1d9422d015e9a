package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkingDirPackageTest {
    private static final long CAP = 1 << 20;

    @TempDir
    private Path temp;

    private Path dir;

    @BeforeEach
    void fill() throws IOException {
        dir = Files.createDirectory(temp.resolve("train"));
        Files.writeString(dir.resolve("main.py"), "print('hello')");
        Files.createDirectories(dir.resolve("lib/deep"));
        Files.writeString(dir.resolve("lib/deep/ünïcode ✓.txt"), "x");
    }

    private List<String> names() throws IOException {
        try (WorkingDirPackage p = WorkingDirPackage.of(dir, CAP);
                ZipFile zip = new ZipFile(p.file().toFile())) {
            List<String> names = new ArrayList<>();
            zip.entries().asIterator().forEachRemaining(e -> names.add(e.getName()));
            return names;
        }
    }

    private String hash() {
        try (WorkingDirPackage p = WorkingDirPackage.of(dir, CAP)) {
            return p.name();
        }
    }

    @Test
    void theSameContentHasTheSameNameWhenAndWhereverItLies() throws IOException {
        String before = hash();
        Files.setLastModifiedTime(dir.resolve("main.py"), FileTime.from(Instant.EPOCH.plusSeconds(1_000_000_000)));
        Path moved = Files.move(dir, temp.resolve("moved"));
        dir = moved;

        assertThat(hash()).isEqualTo(before).matches("_ray_pkg_[0-9a-f]{32}\\.zip");

        Files.writeString(dir.resolve("main.py"), "print('hallo')");
        assertThat(hash()).isNotEqualTo(before);
    }

    @Test
    void gitAndCachesAreLeftOut() throws IOException {
        Files.createDirectories(dir.resolve(".git/objects"));
        Files.writeString(dir.resolve(".git/config"), "secret");
        Files.createDirectories(dir.resolve("lib/__pycache__"));
        Files.writeString(dir.resolve("lib/__pycache__/a.pyc"), "x");
        Files.createDirectory(dir.resolve("worktree"));
        Files.writeString(dir.resolve("worktree/.git"), "gitdir: elsewhere");

        assertThat(names()).containsExactly("lib/", "lib/deep/", "lib/deep/ünïcode ✓.txt", "main.py", "worktree/");
    }

    @Test
    void linksAreFollowedToFilesInsideOnly() throws IOException {
        Path outside = Files.writeString(temp.resolve("id_ed25519"), "secret");
        Files.createDirectory(dir.resolve(".git"));
        Files.writeString(dir.resolve(".git/config"), "secret");
        Files.createSymbolicLink(dir.resolve("out"), outside);
        Files.createSymbolicLink(dir.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(dir.resolve("git"), Path.of(".git/config"));
        Files.createSymbolicLink(dir.resolve("broken"), Path.of("nowhere"));
        Files.createSymbolicLink(dir.resolve("in"), Path.of("lib/../main.py"));

        assertThat(names()).containsExactly("in", "lib/", "lib/deep/", "lib/deep/ünïcode ✓.txt", "main.py");
    }

    @Test
    void anExecutableStaysOne() throws IOException {
        Path script = Files.writeString(dir.resolve("run.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

        try (WorkingDirPackage p = WorkingDirPackage.of(dir, CAP);
                FileSystem zip = FileSystems.newFileSystem(p.file(), Map.of("enablePosixFileAttributes", true))) {
            assertThat(permissions(zip, "run.sh")).isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(permissions(zip, "main.py")).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(permissions(zip, "lib")).isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(Files.readString(zip.getPath("main.py"))).isEqualTo("print('hello')");
        }
    }

    private static Set<PosixFilePermission> permissions(FileSystem zip, String name) throws IOException {
        return Files.getPosixFilePermissions(zip.getPath(name));
    }

    @Test
    void aDirectoryThatIsTooLargeIsRefusedByNameOfItsLargestFiles() throws IOException {
        byte[] random = new byte[3 << 20];
        new Random(1).nextBytes(random);
        Files.write(dir.resolve("weights.bin"), random);

        assertThatThrownBy(() -> WorkingDirPackage.of(dir, CAP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("larger than 1 MiB")
                .hasMessageContaining("weights.bin (3 MiB)");
    }

    @Test
    void whatIsNoDirectoryIsRefused() {
        assertThatThrownBy(() -> WorkingDirPackage.of(dir.resolve("main.py"), CAP))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePackageIsDeletedWhenItIsClosed() {
        WorkingDirPackage p = WorkingDirPackage.of(dir, CAP);
        assertThat(p.file()).exists();

        p.close();
        p.close();

        assertThat(p.file()).doesNotExist();
    }
}
