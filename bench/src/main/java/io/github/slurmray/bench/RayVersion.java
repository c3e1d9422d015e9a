package io.github.slurmray.bench;

import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import java.util.List;

/** A Ray that the lab has. */
enum RayVersion {
    OLD("2.43.0", "pytorch/2.5"),
    NEW("2.60.0", "python-pytorch/2.10");

    private final String number;
    private final String module;

    RayVersion(String number, String module) {
        this.number = number;
        this.module = module;
    }

    static RayVersion of(String number) {
        return List.of(values()).stream()
                .filter(v -> v.number.equals(number))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the lab has no Ray " + number));
    }

    String number() {
        return number;
    }

    String module() {
        return module;
    }

    RayEnvironment environment() {
        return Platforms.lab().rayEnvironment(module);
    }

    String wrapper() {
        return String.join(" ", environment().wrapper());
    }

    /** Its programs, without module and wrapper. */
    String bin() {
        return "/appl/ray/" + number + "/bin";
    }
}
