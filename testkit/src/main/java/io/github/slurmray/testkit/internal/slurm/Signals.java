package io.github.slurmray.testkit.internal.slurm;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The signals that Slurm's commands know by name: pure functions. */
final class Signals {
    private static final List<String> KNOWN = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
            "IO", "PWR", "SYS");

    /** What C's strsignal says, from signal 1 on. */
    private static final List<String> SAID = List.of(
            "Hangup",
            "Interrupt",
            "Quit",
            "Illegal instruction",
            "Trace/breakpoint trap",
            "Aborted",
            "Bus error",
            "Floating point exception",
            "Killed",
            "User defined signal 1",
            "Segmentation fault",
            "User defined signal 2",
            "Broken pipe",
            "Alarm clock",
            "Terminated");

    private Signals() {}

    /** A signal in words. */
    static String words(int signal) {
        if (signal >= 34) {
            return "Real-time signal " + (signal - 34);
        }
        return signal <= SAID.size() ? SAID.get(signal - 1) : "Unknown signal " + signal;
    }

    /** The name of a number without SIG, or the number if it has none. */
    static String nameOf(int signal) {
        return signal > 0 && signal <= SAID.size() ? KNOWN.get(signal - 1) : Integer.toString(signal);
    }

    /** A signal's name without SIG, or its number as it is; empty if there is no such signal. */
    static Optional<String> name(String text) {
        String word = text.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        return word.matches("\\d{1,5}") || KNOWN.contains(word) ? Optional.of(word) : Optional.empty();
    }
}
