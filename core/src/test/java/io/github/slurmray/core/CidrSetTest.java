package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrSetTest {
    private static CidrSet set(String... networks) {
        return CidrSet.of(Arrays.stream(networks).map(Cidr::parse).toList());
    }

    @Test
    void aRangeBecomesItsNetworks() {
        assertThat(CidrSet.between(Cidr.parse("192.0.2.3/32"), Cidr.parse("192.0.2.8/32")))
                .hasToString("[192.0.2.3/32, 192.0.2.4/30, 192.0.2.8/32]");
        assertThat(CidrSet.between(Cidr.parse("0.0.0.0/32"), Cidr.parse("255.255.255.255/32")))
                .isEqualTo(set("0.0.0.0/0"));
        assertThat(CidrSet.between(Cidr.parse("::/128"), Cidr.parse("8000::/1")))
                .isEqualTo(set("::/0"));
    }

    @Test
    void aRangeThatRunsBackwardsOrAcrossFamiliesIsRefused() {
        assertThatThrownBy(() -> CidrSet.between(Cidr.parse("192.0.2.3/32"), Cidr.parse("192.0.2.2/32")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.0.2.3/32")
                .hasMessageContaining("192.0.2.2/32");
        assertThatThrownBy(() -> CidrSet.between(Cidr.parse("192.0.2.3/32"), Cidr.parse("::/128")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSizeInMemoryIsTheNumberOfRunsWithoutAGap() {
        assertThat(CidrSet.NONE.runs()).isZero();
        assertThat(CidrSet.ALL.runs()).isEqualTo(2);
        assertThat(CidrSet.of(Cidr.parse("192.0.2.0/25"), Cidr.parse("192.0.2.128/25"), Cidr.parse("198.51.100.0/24"))
                        .runs())
                .isEqualTo(2);
    }

    @Test
    void setsAreAddedSubtractedAndCut() {
        CidrSet site = set("86.50.172.0/27");
        CidrSet logins = set("86.50.172.16/29");

        assertThat(site.minus(logins)).hasToString("[86.50.172.0/28, 86.50.172.24/29]");
        assertThat(site.minus(logins).plus(logins)).isEqualTo(site).hasSameHashCodeAs(site);
        assertThat(site.and(set("86.50.172.24/29", "::/0", "10.0.0.0/8"))).isEqualTo(set("86.50.172.24/29"));
        assertThat(site.contains(logins)).isTrue();
        assertThat(logins.contains(site)).isFalse();
        assertThat(logins.contains(CidrSet.NONE)).isTrue();
        assertThat(CidrSet.ALL.minus(set("0.0.0.0/0"))).isEqualTo(set("::/0"));
        assertThat(CidrSet.ALL.minus(CidrSet.ALL)).isEqualTo(CidrSet.NONE);
        assertThat(CidrSet.NONE.isEmpty()).isTrue();
        assertThat(CidrSet.ALL.size()).isEqualTo(BigInteger.TWO.pow(32).add(BigInteger.TWO.pow(128)));
    }

    /** In networks of 64 addresses, a long has a bit for each. */
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/26", "255.255.255.192/26", "0.0.0.0/26", "::/122", "2001:db8::ffc0/122"})
    void theOperationsAreThoseOfSetsOfSingleAddresses(String block) {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            long a = bits(random);
            long b = bits(random);
            CidrSet left = ofBits(block, a);
            CidrSet right = ofBits(block, b);

            assertThat(left.plus(right)).as("seed %d", seed).isEqualTo(ofBits(block, a | b));
            assertThat(left.minus(right)).as("seed %d", seed).isEqualTo(ofBits(block, a & ~b));
            assertThat(left.and(right)).as("seed %d", seed).isEqualTo(ofBits(block, a & b));
            assertThat(left.contains(right)).as("seed %d", seed).isEqualTo((b & ~a) == 0);
            assertThat(left.size()).as("seed %d", seed).isEqualTo(BigInteger.valueOf(Long.bitCount(a)));
            assertThat(CidrSet.of(left.cidrs())).as("seed %d", seed).isEqualTo(left);
            assertThat(left.cidrs()).as("seed %d", seed).isSorted();
        }
    }

    /** Sparse, dense, and some with long runs. */
    private static long bits(Random random) {
        int ones = random.nextInt(8);
        long bits = 0;
        for (int i = 0; i < 64; i++) {
            bits = bits << 1 | (random.nextInt(8) < ones ? 1 : 0);
        }
        return random.nextInt(4) > 0 ? bits : -1L << random.nextInt(64) >>> random.nextInt(64);
    }

    private static CidrSet ofBits(String block, long bits) {
        Cidr network = Cidr.parse(block);
        List<Cidr> hosts = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            if ((bits >>> i & 1) == 1) {
                hosts.add(new Cidr(
                        network.family(),
                        network.first().add(BigInteger.valueOf(i)),
                        network.family().bits()));
            }
        }
        return CidrSet.of(hosts);
    }

    /** All 256 sets of eight addresses against all 32,768 choices among the 15 networks that there are in them. */
    @Test
    void noSmallerListOfNetworksHasTheSameAddresses() {
        List<Cidr> networks = new ArrayList<>();
        List<Integer> masks = new ArrayList<>();
        for (int length = 29; length <= 32; length++) {
            int size = 1 << (32 - length);
            for (int from = 0; from < 8; from += size) {
                networks.add(Cidr.parse("192.0.2." + from + "/" + length));
                masks.add(((1 << size) - 1) << from);
            }
        }
        int[] fewest = new int[256];
        Arrays.fill(fewest, Integer.MAX_VALUE);
        for (int choice = 0; choice < 1 << networks.size(); choice++) {
            int mask = 0;
            for (int i = 0; i < networks.size(); i++) {
                mask |= (choice >> i & 1) == 1 ? masks.get(i) : 0;
            }
            fewest[mask] = Math.min(fewest[mask], Integer.bitCount(choice));
        }
        for (int mask = 0; mask < 256; mask++) {
            List<Cidr> hosts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                if ((mask >> i & 1) == 1) {
                    hosts.add(Cidr.parse("192.0.2." + i + "/32"));
                }
            }
            List<Cidr> cover = Cidr.covering(hosts);
            assertThat(cover).as("mask %d", mask).hasSize(fewest[mask]);
            int covered = 0;
            for (Cidr network : cover) {
                covered |= masks.get(networks.indexOf(network));
            }
            assertThat(covered).isEqualTo(mask);
        }
    }

    @RepeatedTest(50)
    void aCoverOfRandomNetworksHasExactlyTheirAddresses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Cidr> networks = new ArrayList<>();
        for (int i = random.nextInt(60); i >= 0; i--) {
            networks.add(
                    random.nextBoolean()
                            ? Cidr.parseMasked("10." + random.nextInt(4) + "." + random.nextInt(256) + "."
                                    + random.nextInt(256) + "/" + (8 + random.nextInt(25)))
                            : Cidr.parseMasked("2001:db8:" + Integer.toHexString(random.nextInt(8)) + "::"
                                    + Integer.toHexString(random.nextInt(65536)) + "/" + (30 + random.nextInt(99))));
        }

        List<Cidr> cover = Cidr.covering(networks);

        assertThat(networks)
                .as("seed %d", seed)
                .allSatisfy(n -> assertThat(cover).anyMatch(c -> c.contains(n)));
        CidrSet left = CidrSet.of(cover);
        for (Cidr network : networks) {
            left = left.minus(CidrSet.of(network));
        }
        assertThat(left).as("seed %d", seed).isEqualTo(CidrSet.NONE);
        for (int i = 1; i < cover.size(); i++) {
            assertThat(cover.get(i - 1).overlaps(cover.get(i)))
                    .as("seed %d", seed)
                    .isFalse();
        }
    }
}
