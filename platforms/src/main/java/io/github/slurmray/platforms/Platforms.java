package io.github.slurmray.platforms;

import java.nio.file.Path;
import java.util.List;

/** The platforms that are shipped, and a user's own from their file. */
public final class Platforms {
    private static final List<String> NAMES = List.of(
            "csc-puhti",
            "csc-mahti",
            "csc-roihu-cpu",
            "csc-roihu-gpu",
            "lumi-c",
            "lumi-g",
            "azure-cyclecloud",
            "onprem-apptainer",
            "lab");

    private Platforms() {}

    /**
     * Returns CSC Puhti, which is closed: a launch needs {@link Platform#evenIfClosed()}.
     *
     * @return the platform
     */
    public static Platform puhti() {
        return PlatformFile.shipped("csc-puhti");
    }

    /**
     * Returns CSC Mahti, which is closed: a launch needs {@link Platform#evenIfClosed()}.
     *
     * @return the platform
     */
    public static Platform mahti() {
        return PlatformFile.shipped("csc-mahti");
    }

    /**
     * Returns the CPU side of CSC Roihu.
     *
     * @return the platform
     */
    public static Platform roihuCpu() {
        return PlatformFile.shipped("csc-roihu-cpu");
    }

    /**
     * Returns the GPU side of CSC Roihu, whose processors are ARM.
     *
     * @return the platform
     */
    public static Platform roihuGpu() {
        return PlatformFile.shipped("csc-roihu-gpu");
    }

    /**
     * Returns LUMI-C, the CPU partitions of LUMI.
     *
     * @return the platform
     */
    public static Platform lumiC() {
        return PlatformFile.shipped("lumi-c");
    }

    /**
     * Returns LUMI-G, the GPU partitions of LUMI.
     *
     * @return the platform
     */
    public static Platform lumiG() {
        return PlatformFile.shipped("lumi-g");
    }

    /**
     * Returns Azure CycleCloud with Slurm, as ccslurm4ai deploys it.
     *
     * @return the platform
     */
    public static Platform azureCycleCloud() {
        return PlatformFile.shipped("azure-cyclecloud");
    }

    /**
     * Returns a small cluster of one's own with Apptainer, without modules, accounting or a shared file system.
     *
     * @return the platform
     */
    public static Platform onPremApptainer() {
        return PlatformFile.shipped("onprem-apptainer");
    }

    /**
     * Returns the lab: a real Slurm on one Linux machine, as {@code lab/lab up} makes it.
     *
     * @return the platform
     */
    public static Platform lab() {
        return PlatformFile.shipped("lab");
    }

    /**
     * Returns all platforms that are shipped.
     *
     * @return in a fixed order
     */
    public static List<Platform> all() {
        return NAMES.stream().map(PlatformFile::shipped).toList();
    }

    /**
     * Returns a platform that is shipped.
     *
     * @param name its {@linkplain Platform#name() name}, such as {@code lumi-g}
     * @return the platform
     * @throws IllegalArgumentException if none has that name; the message says which there are
     */
    public static Platform named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no platform '" + name + "' is shipped; there are "
                    + String.join(", ", NAMES) + ". A file of your own is read by Platforms.load(path)");
        }
        return PlatformFile.shipped(name);
    }

    /**
     * Reads a platform from a file of your own, JSON, or YAML if its name ends in {@code .yaml} or {@code .yml}. What
     * it may hold says the JSON Schema {@code platform.schema.json} beside this class in the jar. With the key
     * {@code extends} it lays its facts over those of a shipped site or of a file in the same directory: a key that it
     * has wins, its null takes a fact away (RFC 7396). YAML's aliases, anchors and tags aren't read.
     *
     * @param file the file, in UTF-8, of at most 1 MiB
     * @return the platform
     * @throws PlatformFileException if it isn't there, is no regular file or too large, isn't JSON or YAML, holds an
     *     unknown key, a wrong value, a null that takes nothing away from what it is laid over, or facts that
     *     contradict each other
     */
    public static Platform load(Path file) {
        return PlatformFile.load(file);
    }
}
