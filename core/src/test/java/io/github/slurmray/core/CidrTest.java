package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    private static Cidr cidr(String text) {
        return Cidr.parse(text);
    }

    @ParameterizedTest
    @CsvSource({
        "86.50.172.0/27, 86.50.172.0/27, IPV4, 27",
        "0.0.0.0/0, 0.0.0.0/0, IPV4, 0",
        "255.255.255.255/32, 255.255.255.255/32, IPV4, 32",
        "::/0, ::/0, IPV6, 0",
        "::1/128, ::1/128, IPV6, 128",
        "2001:DB8::/32, 2001:db8::/32, IPV6, 32",
        "2001:0db8:0000:0000:0000:0000:0002:0001/128, 2001:db8::2:1/128, IPV6, 128",
        "2001:db8:0:1:1:1:1:1/128, 2001:db8:0:1:1:1:1:1/128, IPV6, 128",
        "2001:0:0:1:0:0:0:1/128, 2001:0:0:1::1/128, IPV6, 128",
        "2001:db8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128, IPV6, 128",
        "2001:708:10:6822::1:0/112, 2001:708:10:6822::1:0/112, IPV6, 112",
        "1:2:3:4:5:6:7::/128, 1:2:3:4:5:6:7:0/128, IPV6, 128",
        "64:ff9b::192.0.2.1/128, 64:ff9b::c000:201/128, IPV6, 128",
        "::ffff:192.0.2.1/128, ::ffff:192.0.2.1/128, IPV6, 128",
        "::ffff:c000:0201/128, ::ffff:192.0.2.1/128, IPV6, 128",
        "::ffff:0:0/96, ::ffff:0.0.0.0/96, IPV6, 96",
    })
    void aNetworkIsReadAndWrittenCanonically(String text, String canonical, Cidr.Family family, int length) {
        Cidr network = cidr(text);

        assertThat(network).hasToString(canonical);
        assertThat(network.family()).isEqualTo(family);
        assertThat(network.length()).isEqualTo(length);
        assertThat(cidr(canonical)).isEqualTo(network).hasSameHashCodeAs(network);
    }

    @ParameterizedTest
    @CsvSource({
        "86.50.172.5/27, 86.50.172.0/27, 86.50.172.5/32",
        "10.0.0.1/0, 0.0.0.0/0, 10.0.0.1/32",
        "2001:db8::1/64, 2001:db8::/64, 2001:db8::1/128",
    })
    void bitsBeyondTheLengthAreRefusedWithTheNetworkThatWasMeant(String text, String network, String address) {
        assertThatThrownBy(() -> cidr(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("network '" + text + "': ")
                .hasMessageContaining("the network is " + network + ", this one address is " + address);
        assertThat(Cidr.parseMasked(text)).hasToString(network);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.1/32", "2001:db8::1, 2001:db8::1/128"})
    void anAddressWithoutALengthIsRefusedWithTheLengthThatItNeeds(String text, String remedy) {
        assertThatThrownBy(() -> cidr(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("for this one address write " + remedy);
        assertThat(Cidr.parseMasked(text)).hasToString(remedy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "1.2.3.4/",
                "1.2.3.4/33",
                "1.2.3.4/-1",
                "1.2.3.4/+1",
                "1.2.3.4/024",
                "1.2.3.4/24/24",
                "1.2.3.4/255.255.255.0",
                "1.2.3/24",
                "1.2.3.4.5/24",
                "1.2.3.256/32",
                "010.0.0.0/8",
                "1.2.3.٤/32",
                " 1.2.3.4/32",
                "1.2.3.4/32 ",
                "localhost/32",
                "localhost",
                "example.org/24",
                "0x7f.0.0.1/32",
                "2130706433/32",
                "::/129",
                "::1::/128",
                ":::/128",
                ":/128",
                "1:2:3:4:5:6:7/128",
                "1:2:3:4:5:6:7:8:9/128",
                "1:2:3:4::5:6:7:8/128",
                "12345::/128",
                "g::/128",
                "fe80::1%eth0/128",
                "1.2.3.4::/128",
                "::1.2.3.256/128",
                "1:2:3:4:5:6:7:1.2.3.4/128",
                "[::1]/128",
            })
    void whatIsNoNetworkIsRefusedAndShown(String text) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
        assertThatThrownBy(() -> Cidr.parseMasked(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void aNetworkContainsItsPartsAndItself() throws Exception {
        Cidr network = cidr("86.50.172.0/27");

        assertThat(network.contains(network)).isTrue();
        assertThat(network.contains(cidr("86.50.172.4/31"))).isTrue();
        assertThat(network.contains(cidr("86.50.172.32/32"))).isFalse();
        assertThat(network.contains(cidr("86.50.172.0/26"))).isFalse();
        assertThat(network.contains(InetAddress.getByAddress(new byte[] {86, 50, (byte) 172, 31})))
                .isTrue();
        assertThat(network.contains(InetAddress.getByAddress(new byte[] {86, 50, (byte) 172, 32})))
                .isFalse();
        assertThat(network.overlaps(cidr("86.50.172.0/26"))).isTrue();
        assertThat(cidr("86.50.172.0/26").overlaps(network)).isTrue();
        assertThat(network.overlaps(cidr("86.50.172.32/27"))).isFalse();
    }

    @Test
    void familiesNeverContainEachOther() {
        assertThat(cidr("0.0.0.0/0").contains(cidr("::/128"))).isFalse();
        assertThat(cidr("::/0").contains(cidr("0.0.0.0/32"))).isFalse();
        assertThat(cidr("0.0.0.0/0").contains(cidr("::ffff:192.0.2.1/128"))).isFalse();
        assertThat(cidr("0.0.0.0/0").overlaps(cidr("::/0"))).isFalse();
        assertThat(cidr("0.0.0.0/0")).isNotEqualTo(cidr("::/0"));
    }

    @Test
    void anAddressIsANetworkOfItself() throws Exception {
        assertThat(Cidr.of(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1})))
                .hasToString("192.0.2.1/32");
        byte[] one = new byte[16];
        one[15] = 1;
        assertThat(Cidr.of(InetAddress.getByAddress(one))).hasToString("::1/128");
    }

    @Test
    void theOrderIsByFamilyAddressAndLength() {
        List<Cidr> ordered = List.of(
                cidr("9.0.0.0/8"),
                cidr("10.0.0.0/8"),
                cidr("10.0.0.0/9"),
                cidr("200.0.0.0/8"),
                cidr("::/0"),
                cidr("2001:db8::/32"));
        List<Cidr> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);
        assertThat(shuffled).isEqualTo(ordered);
    }

    @Test
    void aCoverHasNoPartsAndNoHalves() {
        assertThat(Cidr.covering(List.of(
                        cidr("86.50.172.5/32"),
                        cidr("86.50.172.4/32"),
                        cidr("86.50.172.16/29"),
                        cidr("86.50.172.24/29"),
                        cidr("86.50.172.17/32"),
                        cidr("2001:db8:8000::/33"),
                        cidr("2001:db8::/33"))))
                .hasToString("[86.50.172.4/31, 86.50.172.16/28, 2001:db8::/32]");
        assertThat(Cidr.covering(List.of(cidr("128.0.0.0/1"), cidr("::/1"), cidr("0.0.0.0/1"), cidr("8000::/1"))))
                .hasToString("[0.0.0.0/0, ::/0]");
        assertThat(Cidr.covering(List.of())).isEmpty();
    }

    @RepeatedTest(200)
    void theTextOfAnyNetworkIsReadBackAndIsTheOneThatJavaMeans() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] address = new byte[random.nextBoolean() ? 4 : 16];
        for (int i = 0; i < address.length; i++) {
            address[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
        }
        InetAddress java = InetAddress.getByAddress(address);
        Cidr host = Cidr.of(java);
        String text = host.toString();

        assertThat(cidr(text)).as("seed %d", seed).isEqualTo(host);
        String literal = text.substring(0, text.indexOf('/'));
        assertThat(InetAddress.getByName(literal)).as("seed %d", seed).isEqualTo(java);
        int length = random.nextInt(host.length() + 1);
        Cidr network = Cidr.parseMasked(literal + "/" + length);
        assertThat(network.contains(java)).as("seed %d", seed).isTrue();
        assertThat(cidr(network.toString())).as("seed %d", seed).isEqualTo(network);
        assertThat(CidrSet.of(network).size())
                .as("seed %d", seed)
                .isEqualTo(BigInteger.ONE.shiftLeft(host.length() - length));
    }
}
