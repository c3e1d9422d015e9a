package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.Publish;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanRecordTest {
    private static void assertSame(PlanRecord read, PlanRecord written) {
        // a VM has no equals: what is kept of it is compared as it is written
        assertThat(read.toJson()).isEqualTo(written.toJson());
        assertThat(read.id()).isEqualTo(written.id());
        assertThat(read.nodes()).isEqualTo(written.nodes());
        assertThat(read.timeLimit()).isEqualTo(written.timeLimit());
        assertThat(read.lease()).isEqualTo(written.lease());
        assertThat(read.pollFloor()).isEqualTo(written.pollFloor());
        assertThat(read.loginForward()).isEqualTo(written.loginForward());
        assertThat(read.publish().isPresent()).isEqualTo(written.publish().isPresent());
    }

    @Test
    void aPlanWithoutAVmComesBack() {
        PlanRecord written = new PlanRecord(
                Samples.ID,
                3,
                Duration.ofMinutes(30),
                Duration.ofMillis(5500),
                Duration.ofSeconds(1),
                false,
                Optional.empty());
        PlanRecord read = PlanRecord.parse(written.toJson());
        assertThat(read).isEqualTo(written);
    }

    @Test
    void aPlanWithAVmComesBack() {
        CloudVm vm = Samples.vm().ownKey("keys/it's \"mine\"\\ 京").build();
        PlanRecord written = new PlanRecord(
                Samples.ID,
                1,
                Duration.ofDays(2),
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                true,
                Optional.of(Publish.dashboardTo(vm).required()));
        PlanRecord read = PlanRecord.parse(written.toJson());

        assertSame(read, written);
        Publish publish = read.publish().orElseThrow();
        assertThat(publish.isRequired()).isTrue();
        assertThat(publish.vm().host()).isEqualTo("vm.example.org");
        assertThat(publish.vm().sshPort()).isEqualTo(2222);
        assertThat(publish.vm().user()).isEqualTo("ubuntu");
        assertThat(publish.vm().bindAddress()).isEqualTo("192.168.1.10");
        assertThat(publish.vm().port()).isEqualTo(8280);
        assertThat(publish.vm().ownKey()).contains("keys/it's \"mine\"\\ 京");
    }

    @Test
    void aPlanIsWhatTheSpecAndTheSiteSay() {
        PlanRecord record = PlanRecord.of(Samples.ID, Samples.full().build(), Platforms.lab());
        assertThat(record.nodes()).isEqualTo(3);
        assertThat(record.timeLimit()).isEqualTo(Duration.ofMinutes(30));
        assertThat(record.lease()).isEqualTo(Duration.ofHours(1));
        assertThat(record.pollFloor()).isEqualTo(Duration.ofSeconds(1));
        assertThat(record.loginForward()).isTrue();
        assertThat(record.publish()).isPresent();
        assertThat(PlanRecord.of(
                                Samples.ID,
                                Samples.small().build(),
                                Samples.site(
                                        Map.of("reaches", Map.of("LOGIN_FORWARD", false, "REVERSE_FORWARD", true))))
                        .loginForward())
                .isFalse();
    }

    @Test
    void whatALaterVersionAddsIsIgnored() {
        String json = PlanRecord.of(Samples.ID, Samples.small().build(), Platforms.lab())
                .toJson();
        assertThat(PlanRecord.parse(json.replaceFirst("\\{", "{\"new\":[1],")).id())
                .isEqualTo(Samples.ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"v\":2", "\"v\":0", "\"v\":\"1\"", "\"v\":1.5", "\"v\":null", "\"w\":1"})
    void aPlanOfAnotherVersionIsRefused(String version) {
        String json = PlanRecord.of(Samples.ID, Samples.small().build(), Platforms.lab())
                .toJson();
        assertThatThrownBy(() -> PlanRecord.parse(json.replace("\"v\":1", version)))
                .isInstanceOf(ProtocolException.class)
                .hasStackTraceContaining("version");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no such file",
                "[]",
                "null",
                "{",
                "{\"v\":1}",
                "{\"v\":1,\"id\":\"X\",\"nodes\":1,\"lease\":\"PT1H\",\"pollFloor\":\"PT1S\",\"loginForward\":true}",
                "{\"v\":1,\"id\":\"ray-2026\",\"nodes\":\"1\",\"lease\":\"PT1H\",\"pollFloor\":\"PT1S\",\"loginForward\":true}",
                "{\"v\":1,\"id\":\"ray-2026\",\"nodes\":1,\"lease\":\"1h\",\"pollFloor\":\"PT1S\",\"loginForward\":true}",
                "{\"v\":1,\"id\":\"ray-2026\",\"nodes\":1,\"lease\":\"PT1H\",\"pollFloor\":\"PT1S\",\"loginForward\":\"yes\"}",
                "{\"v\":1,\"id\":\"ray-2026\",\"nodes\":1,\"lease\":\"PT1H\",\"pollFloor\":\"PT1S\",\"loginForward\":true,"
                        + "\"publish\":{\"host\":\"vm\"}}",
            })
    void whatIsNoPlanIsRefusedWithItsText(String json) {
        assertThatThrownBy(() -> PlanRecord.parse(json))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("this is no plan of a cluster: " + json);
    }
}
