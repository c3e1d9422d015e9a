package io.github.slurmray.testkit.corpus;

import io.github.slurmray.testkit.Login;

/** Runs shell text over a login. */
final class Shell {
    private Shell() {}

    /** @throws AssertionError if it fails, or says something on standard error */
    static String out(Login login, String text) {
        Login.Result r = login.run(text, new byte[0]);
        if (r.status() != 0 || !r.err().isEmpty()) {
            throw new AssertionError("status " + r.status() + "\n" + r.err() + r.out() + "\nof:\n" + text);
        }
        return r.out();
    }
}
