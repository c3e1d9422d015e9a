package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What of a node is in use, and the state that follows from it: pure functions. */
final class NodeUse {
    private static final Map<String, String> LONG = Map.of(
            "idle", "IDLE",
            "mix", "MIXED",
            "alloc", "ALLOCATED",
            "comp", "IDLE+COMPLETING",
            "down", "DOWN",
            "drain", "IDLE+DRAIN",
            "drng", "MIXED+DRAIN");

    private NodeUse() {}

    static List<Share> shares(Controller controller, String node) {
        return controller.jobs().stream()
                .filter(Job::holdsNodes)
                .flatMap(j -> j.held().stream())
                .filter(s -> s.node().equals(node))
                .toList();
    }

    /** What of a node is taken, as TRES; empty if nothing is. */
    static String tres(List<Share> shares) {
        int cpus = shares.stream().mapToInt(Share::cpus).sum();
        long memory = shares.stream().mapToLong(Share::memoryMb).sum();
        Map<String, Integer> gres = Gres.sum(shares.stream().map(Share::gres));
        return (cpus == 0 ? "" : "cpu=" + cpus + ",")
                + (shares.isEmpty() ? "" : "mem=" + Job.memory(memory))
                + (gres.isEmpty() ? "" : "," + Gres.tres(gres));
    }

    /** As sinfo's %t prints it. */
    static String state(Controller controller, Node n) {
        String name = n.conf().name();
        int cpus = shares(controller, name).stream().mapToInt(Share::cpus).sum();
        List<Job> here = controller.jobs().stream()
                .filter(j -> j.holdsNodes() && j.nodes().contains(name))
                .toList();
        boolean onlyEnding = !here.isEmpty() && here.stream().allMatch(j -> j.completing);
        // the newer release counts the memory that a suspended job keeps, too
        boolean inUse = cpus > 0
                || (controller.conf().release() == SlurmRelease.V24_11
                        && here.stream().anyMatch(j -> j.state == JobState.SUSPENDED));
        return n.state(cpus, inUse, onlyEnding);
    }

    /** Slurm's own number of the state, by which sinfo puts the highest first. */
    static int rank(Controller controller, Node n) {
        String state = state(controller, n).replace("*", "");
        int base = switch (state) {
            case "down" -> 1;
            case "idle", "drain", "comp" -> 2;
            case "alloc" -> 3;
            default -> 5;
        };
        return base + (n.drained ? 0x200 : 0) + (n.responding ? 0 : 0x400) + (state.equals("comp") ? 0x800 : 0);
    }

    /** As scontrol prints it. */
    static String longState(Controller controller, Node n) {
        String state = state(controller, n);
        String plain = state.replace("*", "");
        return LONG.getOrDefault(plain, plain.toUpperCase(Locale.ROOT))
                + (state.endsWith("*") ? "+NOT_RESPONDING" : "");
    }
}
