package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A sentence about how a storage area is used: it is nearly full, holds many small files, or holds what belongs
 * elsewhere.
 *
 * @param rule {@code storage-bytes}, {@code storage-files}, {@code storage-small-files}, {@code storage-cleaned} or
 *     {@code storage-price}; stable, for filters and tests
 * @param path the area
 * @param message what is the case and what to do
 * @param source whose rule it is
 */
public record StorageAdvice(String rule, String path, String message, String source) {
    private static final double NEARLY = 0.9;
    /** CSC speaks of a large amount of small files from here on. */
    private static final long MANY_FILES = 100_000;
    /** The size of a stripe of CSC's Lustre: a file below it is on one disk, whatever its striping. */
    private static final long STRIPE = 1L << 20;

    private static final String AREAS = "CSC user guide, docs/computing/roihu-disk.md, 2026-08-05";
    private static final String LUSTRE =
            "CSC user guide, docs/computing/lustre.md, 2026-06-29, and docs/computing/disk.md, 2026-07-31";
    private static final String LUMI = "LUMI user guide, docs/storage/index.md, 2024-08-08";

    private static final Map<StoragePurpose, String> BELONGS = Map.of(
            StoragePurpose.HOME,
            "configuration and small personal files belong here, programs in the project's software area, data in its"
                    + " scratch",
            StoragePurpose.SOFTWARE,
            "programs belong here, data in the project's scratch",
            StoragePurpose.DATA,
            "data in use belongs here, what is to stay in object storage",
            StoragePurpose.FAST_DATA,
            "what needs the speed belongs here, other data in the project's scratch");

    /** Checks the parts. */
    public StorageAdvice {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(source, "source");
    }

    /**
     * Returns what there is to say about areas on Lustre.
     *
     * @param areas what the site printed
     * @param purposes what belongs where, by a path with {@code <user>} or {@code <project>} in the place of names,
     *     such as {@code /scratch/<project>}; areas that aren't among them get less advice
     * @return by area, in their order
     */
    public static List<StorageAdvice> about(List<Workspaces.Area> areas, Map<String, StoragePurpose> purposes) {
        List<StorageAdvice> advices = new ArrayList<>();
        for (Workspaces.Area area : areas) {
            Optional<StoragePurpose> purpose = purposes.entrySet().stream()
                    .filter(p -> form(p.getKey()).test(area.path()))
                    .map(Map.Entry::getValue)
                    .findFirst();
            full("storage-bytes", "", area, area.bytes(), purpose).ifPresent(advices::add);
            full("storage-files", " files", area, area.files(), purpose).ifPresent(advices::add);
            smallFiles(area).ifPresent(advices::add);
            cleaned(area).ifPresent(advices::add);
            price(area, purpose).ifPresent(advices::add);
        }
        return List.copyOf(advices);
    }

    private static Predicate<String> form(String path) {
        return Pattern.compile("\\Q" + path.replaceAll("<[a-z-]+>", "\\\\E[^/]+\\\\Q") + "\\E")
                .asMatchPredicate();
    }

    private static Optional<StorageAdvice> full(
            String rule, String what, Workspaces.Area area, Workspaces.Usage usage, Optional<StoragePurpose> purpose) {
        if (usage.share().orElse(0) <= NEARLY) {
            return Optional.empty();
        }
        String belongs = purpose.map(BELONGS::get).map(b -> ": " + b).orElse("");
        return Optional.of(new StorageAdvice(
                rule,
                area.path(),
                area.path() + " has used " + usage.used() + " of its " + usage.limit() + what
                        + "; remove or move what isn't needed, or ask for more" + belongs,
                AREAS));
    }

    private static Optional<StorageAdvice> smallFiles(Workspaces.Area area) {
        long files = area.files().used().value().orElse(0);
        long bytes = area.bytes().used().value().orElse(Long.MAX_VALUE);
        return files < MANY_FILES || bytes / files >= STRIPE
                ? Optional.empty()
                : Optional.of(new StorageAdvice(
                        "storage-small-files",
                        area.path(),
                        area.path() + " has " + area.files().used() + " files in "
                                + area.bytes().used() + ", and Lustre is slow for many small files, for all its"
                                + " users: pack them (a container, SquashFS, tar), or unpack them on a node's own disk",
                        LUSTRE));
    }

    private static Optional<StorageAdvice> cleaned(Workspaces.Area area) {
        return area.cleanedAfter()
                .map(after -> new StorageAdvice(
                        "storage-cleaned",
                        area.path(),
                        "files in " + area.path() + " that aren't used for " + after.toDays()
                                + " days are removed; there is no backup",
                        AREAS));
    }

    private static Optional<StorageAdvice> price(Workspaces.Area area, Optional<StoragePurpose> purpose) {
        return purpose.filter(p -> p == StoragePurpose.FAST_DATA)
                .filter(p -> area.bytes().used().value().orElse(0) >= STRIPE)
                .map(p -> new StorageAdvice(
                        "storage-price",
                        area.path(),
                        area.path() + " holds " + area.bytes().used()
                                + ", at ten times the price of scratch: move what doesn't need the speed",
                        LUMI));
    }
}
