package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageAdviceTest {
    private static final Map<String, StoragePurpose> PURPOSES = Map.of(
            "/users/<user>", StoragePurpose.HOME,
            "/projappl/<project>", StoragePurpose.SOFTWARE,
            "/scratch/<project>", StoragePurpose.DATA,
            "/flash/<project>", StoragePurpose.FAST_DATA);

    private static List<StorageAdvice> about(String line) {
        String output = "Disk area  Capacity(used/max)  Files(used/max)  Cleanup\n" + line + "\n";
        return StorageAdvice.about(Workspaces.parse(output).areas(), PURPOSES);
    }

    @Test
    void theAreasOfRoihusSampleAreAdvised() {
        List<StorageAdvice> advices = StorageAdvice.about(
                Workspaces.parse(Sample.of("csc-workspaces-roihu")).areas(), PURPOSES);

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
        assertThat(advices).allSatisfy(a -> assertThat(a.source()).contains("docs/"));
    }

    @Test
    void anEmptyLumiNeedsNoAdvice() {
        List<Workspaces.Area> areas =
                Workspaces.parse(Sample.of("lumi-workspaces")).areas();

        assertThat(StorageAdvice.about(areas, PURPOSES)).isEmpty();
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
        assertThat(about("/flash/p  3G/2T  5/1M  n/a"))
                .extracting(StorageAdvice::message)
                .containsExactly(
                        "/flash/p holds 3G, at ten times the price of scratch: move what doesn't need the speed");
        assertThat(about("/fast/p  3G/2T  5/1M  n/a")).isEmpty();
    }
}
