package io.github.slurmray.testkit;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of an emulated Slurm begin and end with: each has one of its own, and is logged in to it. */
abstract class OnAnEmulation {
    EmbeddedSlurm slurm;
    Login login;

    @BeforeEach
    final void start() {
        slurm = EmbeddedSlurm.start();
        login = new Login(slurm);
    }

    @AfterEach
    final void close() {
        login.close();
        slurm.close();
    }

    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }

    final Login.Result sbatch(String options, String script) {
        return login.run("sbatch --parsable " + options, ("#!/bin/bash\n" + script).getBytes(StandardCharsets.UTF_8));
    }
}
