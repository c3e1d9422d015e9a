package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.platforms.OutwardAddresses.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/FIREWALL.md is compiled and run here, and what it prints is what the page shows. */
class FirewallDocTest {
    private static Firewall example() {
        // docs: rules begin
        Firewall firewall = Firewall.builder()
                .site(Platforms.roihuGpu(), Part.COMPUTE)
                .site(Platforms.lumiG(), Part.ALL)
                .own(Cidr.parse("203.0.113.7/32"), Cidr.parse("2001:db8:7::/64"))
                .port(22)
                .ports(new PortRange(8280, 8289))
                .build();
        // docs: rules end
        return firewall;
    }

    private static List<Finding> check(String printed) {
        // docs: check begin
        List<OutwardAddresses> sites =
                List.of(Platforms.roihuGpu().outward(), Platforms.lumiG().outward());
        FirewallReport report =
                RuleList.openStack(printed).check(sites, Part.ALL, PortRange.of(22), PortRange.of(8280));
        List<Finding> findings = report.findings();
        // docs: check end
        return findings;
    }

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("slurmray.root", ".."), "docs", "FIREWALL.md"));
    }

    @Test
    void theCodeOfThePageIsTheOneThatIsRun() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/github/slurmray/platforms/FirewallDocTest.java"));
        for (String part : List.of("rules", "check")) {
            String code = source.substring(
                    source.indexOf("// docs: " + part + " begin") + ("// docs: " + part + " begin").length(),
                    source.indexOf("// docs: " + part + " end"));
            // the formatter breaks lines in its own way
            assertThat(page().replaceAll("\\s", "")).contains(code.replaceAll("\\s", ""));
        }
    }

    @Test
    void thePageShowsWhatIsGenerated() throws IOException {
        Firewall firewall = example();
        String group = """
                [{"ID": "1", "IP Protocol": "tcp", "Ethertype": "IPv4", "IP Range": "86.50.172.0/28", "Port Range": "22:22",
                  "Direction": "ingress", "Remote Security Group": null, "Remote Address Group": null},
                 {"ID": "2", "IP Protocol": "tcp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "8280:8280",
                  "Direction": "ingress", "Remote Security Group": null, "Remote Address Group": null}]
                """;
        StringBuilder findings = new StringBuilder();
        check(group).forEach(f -> findings.append(f).append('\n'));

        assertThat(page())
                .contains("```sh\n" + String.join("\n", firewall.openStack("ray-vm")) + "\n```")
                .contains("```\n" + firewall.nftables(Firewall.NftFamily.INET) + "```")
                .contains("```json\n" + firewall.azure(300) + "```")
                .contains("```json\n" + group + "```")
                .contains("```\n" + findings + "```");
    }
}
