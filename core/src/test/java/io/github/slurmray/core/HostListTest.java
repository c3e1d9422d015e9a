package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostListTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cn1|cn1",
                "cn[1-3]|cn1 cn2 cn3",
                "cn[1-3],login1|cn1 cn2 cn3 login1",
                "nid[008-011]|nid008 nid009 nid010 nid011",
                "nid[001,003,010-011]|nid001 nid003 nid010 nid011",
                "gpu[01-02]-ib|gpu01-ib gpu02-ib",
                "r[1-2]n[1-2]|r1n1 r1n2 r2n1 r2n2",
                "a[9-11]|a9 a10 a11"
            })
    void aListIsWrittenOut(String list, String hosts) {
        assertThat(HostList.expand(list)).containsExactly(hosts.split(" ", -1));
    }

    @Test
    void theEmptyListHasNoHosts() {
        assertThat(HostList.expand("")).isEmpty();
        assertThat(HostList.compress(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cn[",
                "cn]",
                "cn[1",
                "cn[1-]",
                "cn[a-b]",
                "cn[3-1]",
                "cn[]",
                "cn[[1]]",
                "a,,b",
                ",",
                "cn[1-9999999]",
                "cn[1,]"
            })
    void aMalformedListIsRefusedAndShown(String list) {
        assertThatThrownBy(() -> HostList.expand(list))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + list + "'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cn1|cn1",
                "cn3 cn1 cn2|cn[1-3]",
                "cn1 cn1|cn1",
                "cn9 cn10 cn11|cn[9-11]",
                "nid009 nid010 nid012|nid[009-010,012]",
                "login cn1 cn2|login,cn[1-2]",
                "cn1 gpu1|cn1,gpu1"
            })
    void namesAreWrittenShort(String hosts, String list) {
        assertThat(HostList.compress(List.of(hosts.split(" ", -1)))).isEqualTo(list);
    }

    @RepeatedTest(100)
    void whatIsWrittenShortMeansTheSameNames() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> hosts = new ArrayList<>();
        List<String> prefixes = List.of("cn", "nid", "gpu-", "r1n", "x");
        for (int i = random.nextInt(40); i >= 0; i--) {
            String prefix = prefixes.get(random.nextInt(prefixes.size()));
            int number = random.nextInt(random.nextBoolean() ? 12 : 1200);
            switch (random.nextInt(4)) {
                case 0 -> hosts.add(prefix + number);
                case 1 -> hosts.add(prefix + String.format("%03d", number));
                case 2 -> hosts.add(prefix + String.format("%05d", number));
                default -> hosts.add(prefix + number + "-ib");
            }
        }

        List<String> back = HostList.expand(HostList.compress(hosts));

        assertThat(new HashSet<>(back)).as("seed %d", seed).isEqualTo(new HashSet<>(hosts));
        assertThat(back).as("seed %d", seed).doesNotHaveDuplicates();
    }
}
