package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Holds a printed storage area against what is known of it. What isn't known gives no advice. */
final class StorageRules {
    private static final double NEARLY = 0.9;
    /** CSC speaks of a large amount of small files from here on. */
    private static final long MANY_FILES = 100_000;
    /** The size of a stripe of CSC's Lustre: a file below it is on one disk, whatever its striping. */
    private static final long STRIPE = 1L << 20;

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

    private final Platform site;
    private final Workspaces.Area area;
    private final Optional<StorageArea> known;

    private StorageRules(Platform site, Workspaces.Area area) {
        this.site = site;
        this.area = area;
        this.known = site.storage().values().stream()
                .filter(a -> a.path().filter(p -> form(p).test(area.path())).isPresent())
                .findFirst();
    }

    static List<StorageAdvice> advise(Platform site, List<Workspaces.Area> areas) {
        List<StorageAdvice> advices = new ArrayList<>();
        for (Workspaces.Area area : areas) {
            StorageRules rules = new StorageRules(site, area);
            rules.full("storage-bytes", "", area.bytes()).ifPresent(advices::add);
            rules.full("storage-files", " files", area.files()).ifPresent(advices::add);
            rules.smallFiles().ifPresent(advices::add);
            rules.cleaned().ifPresent(advices::add);
            rules.price().ifPresent(advices::add);
        }
        return List.copyOf(advices);
    }

    private static Predicate<String> form(String path) {
        return Pattern.compile("\\Q" + path.replaceAll("<[a-z-]+>", "\\\\E[^/]+\\\\Q") + "\\E")
                .asMatchPredicate();
    }

    private Optional<StorageAdvice> full(String rule, String what, Workspaces.Usage usage) {
        if (usage.share().orElse(0) <= NEARLY) {
            return Optional.empty();
        }
        String belongs = known.flatMap(StorageArea::purpose)
                .map(BELONGS::get)
                .map(b -> ": " + b)
                .orElse("");
        return Optional.of(advice(
                rule,
                area.path() + " has used " + usage.used() + " of its " + usage.limit() + what
                        + "; remove or move what isn't needed, or ask for more" + belongs,
                sourcesOf("purpose")));
    }

    private Optional<StorageAdvice> smallFiles() {
        long files = area.files().used().value().orElse(0);
        long bytes = area.bytes().used().value().orElse(Long.MAX_VALUE);
        if (files < MANY_FILES || bytes / files >= STRIPE) {
            return Optional.empty();
        }
        return Optional.ofNullable(site.policies().rules().get("smallFiles"))
                .map(rule -> advice(
                        "storage-small-files",
                        area.path() + " has " + area.files().used() + " files in "
                                + area.bytes().used() + ", and " + site.name() + " says of small files: " + rule,
                        site.sourceOf("/policies/rules/smallFiles")));
    }

    private Optional<StorageAdvice> cleaned() {
        boolean noBackup = known.flatMap(StorageArea::backup).filter(b -> !b).isPresent();
        return area.cleanedAfter()
                .map(after -> advice(
                        "storage-cleaned",
                        "files in " + area.path() + " that aren't used for " + after.toDays() + " days are removed"
                                + (noBackup ? "; there is no backup" : ""),
                        sourcesOf("cleaning", "backup")));
    }

    private Optional<StorageAdvice> price() {
        if (area.bytes().used().value().orElse(0) < STRIPE) {
            return Optional.empty();
        }
        return known.filter(a ->
                        a.purpose().filter(p -> p == StoragePurpose.FAST_DATA).isPresent())
                .flatMap(StorageArea::billed)
                .map(billed -> advice(
                        "storage-price",
                        area.path() + " holds " + area.bytes().used() + ", which is billed as " + billed
                                + "; move what doesn't need the speed",
                        sourcesOf("billed")));
    }

    private StorageAdvice advice(String rule, String message, List<Source> sources) {
        return new StorageAdvice(rule, area.path(), message, sources);
    }

    private List<Source> sourcesOf(String... keys) {
        Set<Source> sources = new LinkedHashSet<>();
        known.map(a -> SiteFacts.below("/storage", a.name())).ifPresent(pointer -> {
            for (String key : keys) {
                sources.addAll(site.sourceOf(SiteFacts.below(pointer, key)));
            }
        });
        return List.copyOf(sources);
    }
}
