package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageAdviceTest {
    private static List<StorageAdvice> about(String line) {
        return about(Platforms.roihuCpu(), line);
    }

    private static List<StorageAdvice> about(Platform site, String line) {
        return site.advise(Workspaces.parse("Disk area  Capacity(used/max)  Files(used/max)  Cleanup\n" + line + "\n"));
    }

    @Test
    void theAreasOfRoihusSampleAreAdvised() {
        List<StorageAdvice> advices = Platforms.roihuCpu().advise(Workspaces.parse(Sample.of("csc-workspaces-roihu")));

        assertThat(advices)
                .extracting(StorageAdvice::rule, StorageAdvice::path)
                .containsExactly(
                        tuple("storage-bytes", "/projappl/project_2000123"),
                        tuple("storage-small-files", "/scratch/project_2000123"),
                        tuple("storage-cleaned", "/scratch/project_2000123"),
                        tuple("storage-small-files", "/projappl/project_2001234"),
                        tuple("storage-cleaned", "/scratch/project_2001234"));
        assertThat(advices.get(0).message())
                .isEqualTo("/projappl/project_2000123 has used 24G of its 15G; remove or move what isn't needed, or ask"
                        + " for more: programs belong here, data in the project's scratch");
        assertThat(advices).allSatisfy(a -> assertThat(a.sources().toString()).contains("CSCfi/csc-user-guide docs/"));
        assertThat(advices.get(1).message()).contains("Avoid many small files on Lustre");
        assertThat(advices.get(2).message()).contains("180 days").endsWith("; there is no backup");
    }

    @Test
    void anEmptyLumiNeedsNoAdvice() {
        assertThat(Platforms.lumiC().advise(Workspaces.parse(Sample.of("lumi-workspaces"))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"9G/10G,false", "9.01G/10G,true", "11G/10G,true", "n/a,false", "1G/0,false"})
    void anAreaIsNearlyFullAboveNineTenths(String bytes, boolean advised) {
        assertThat(about("/users/u  " + bytes + "  1K/100K  n/a"))
                .extracting(StorageAdvice::rule)
                .isEqualTo(advised ? List.of("storage-bytes") : List.of());
    }

    @Test
    void filesCanBeNearlyUsedUpWhileThereIsSpace() {
        assertThat(about("/users/u  1G/10G  95K/100K  n/a"))
                .extracting(StorageAdvice::rule, StorageAdvice::message)
                .containsExactly(tuple(
                        "storage-files",
                        "/users/u has used 95K of its 100K files; remove or move what isn't needed, or ask for more:"
                                + " configuration and small personal files belong here, programs in the project's"
                                + " software area, data in its scratch"));
    }

    @ParameterizedTest
    @CsvSource({"97G,100K,true", "98G,100K,false", "1G,99K,false", "n/a,n/a,false"})
    void manyFilesAreSmallIfTheyAreSmallerThanAStripe(String bytes, String files, boolean advised) {
        String used = bytes.equals("n/a") ? bytes : bytes + "/900T";
        String counted = files.equals("n/a") ? files : files + "/900M";
        assertThat(about("/scratch/p  " + used + "  " + counted + "  n/a"))
                .extracting(StorageAdvice::rule)
                .isEqualTo(advised ? List.of("storage-small-files") : List.of());
    }

    @Test
    void fastDisksAreDear() {
        assertThat(about(Platforms.lumiC(), "/flash/p  3G/2T  5/1M  n/a"))
                .extracting(StorageAdvice::message)
                .containsExactly("/flash/p holds 3G, which is billed as 10 TB-hours for each TB and hour; move what"
                        + " doesn't need the speed");
        assertThat(about(Platforms.lumiC(), "/fast/p  3G/2T  5/1M  n/a")).isEmpty();
    }

    @Test
    void whatASiteDoesNotSayIsNotSaidForIt() {
        String line = "/scratch/p  97G/900T  100K/900M  90d";
        List<StorageAdvice> known = about(Platforms.lab(), line);
        assertThat(known).extracting(StorageAdvice::rule).containsExactly("storage-cleaned");
        assertThat(known.get(0).message()).endsWith("; there is no backup");

        StorageAdvice unknown = about(Platforms.azureCycleCloud(), line).get(0);
        assertThat(unknown.message()).isEqualTo("files in /scratch/p that aren't used for 90 days are removed");
        assertThat(unknown.sources()).isEmpty();
    }

    @Test
    void lumiIsAdvisedOnItsOwnWord() {
        Workspaces full = Workspaces.parse("""
                Disk area  Capacity(used/max)  Files(used/max)
                /flash/project_465000001  3G/2T  900K/1M
                ----------------------------------------
                """);
        List<StorageAdvice> advices = Platforms.lumiC().advise(full);

        assertThat(advices).extracting(StorageAdvice::rule).containsExactly("storage-small-files", "storage-price");
        assertThat(advices.get(0))
                .asString()
                .startsWith("storage-small-files: /flash/project_465000001 has 900K files");
        assertThat(advices)
                .flatExtracting(StorageAdvice::sources)
                .asString()
                .contains("lumi-userguide")
                .doesNotContain("csc-user-guide")
                .doesNotContain("CSC user guide");
    }
}
