package io.github.slurmray.platforms;

import io.github.slurmray.core.HostList;
import io.github.slurmray.core.Memory;
import java.util.Optional;
import java.util.OptionalInt;

/** A kind of compute node. Immutable; what isn't known is empty. */
public final class NodeType {
    private final String name;
    private final Optional<String> names;
    private final OptionalInt nodes;
    private final Optional<String> processor;
    private final Optional<Architecture> architecture;
    private final OptionalInt sockets;
    private final OptionalInt cores;
    private final OptionalInt usableCores;
    private final OptionalInt threadsPerCore;
    private final Optional<Memory> memory;
    private final Optional<Memory> usableMemory;
    private final Optional<Gpus> gpus;
    private final Optional<Memory> localDisk;
    private final Optional<String> networkInterface;
    private final Optional<String> note;

    NodeType(String name, Section s) {
        this.name = name;
        this.names = names(s);
        this.nodes = nodes(s, names);
        this.processor = s.text("processor");
        this.architecture = s.constant("architecture", Architecture.class);
        this.sockets = s.number("sockets", 1);
        this.cores = s.number("cores", 1);
        this.usableCores = usable(s, cores);
        this.threadsPerCore = s.number("threadsPerCore", 1);
        this.memory = s.memory("memory");
        this.usableMemory = s.memory("usableMemory");
        this.gpus = Optional.of(s.part("gpus")).filter(Section::isPresent).map(NodeType::gpus);
        this.localDisk = s.memory("localDisk");
        this.networkInterface = s.name("interface", "an interface such as eth0");
        this.note = s.text("note");
    }

    /**
     * Returns its name.
     *
     * @return the key in the site file
     */
    public String name() {
        return name;
    }

    /**
     * Returns the names of its nodes.
     *
     * @return in Slurm's form, such as {@code cn[1-2]}; empty if they aren't known
     */
    public Optional<String> names() {
        return names;
    }

    /**
     * Returns how many of them there are.
     *
     * @return at least 1
     */
    public OptionalInt nodes() {
        return nodes;
    }

    /**
     * Returns its processors.
     *
     * @return such as {@code 2x AMD EPYC 7763}
     */
    public Optional<String> processor() {
        return processor;
    }

    /**
     * Returns its architecture.
     *
     * @return empty if it isn't known
     */
    public Optional<Architecture> architecture() {
        return architecture;
    }

    /**
     * Returns its sockets.
     *
     * @return at least 1
     */
    public OptionalInt sockets() {
        return sockets;
    }

    /**
     * Returns its physical cores.
     *
     * @return all of them, reserved ones too
     */
    public OptionalInt cores() {
        return cores;
    }

    /**
     * Returns the cores that jobs can have.
     *
     * @return {@link #cores()} unless some are reserved
     */
    public OptionalInt usableCores() {
        return usableCores;
    }

    /**
     * Returns the hardware threads of a core.
     *
     * @return at least 1
     */
    public OptionalInt threadsPerCore() {
        return threadsPerCore;
    }

    /**
     * Returns its memory.
     *
     * @return as it is installed
     */
    public Optional<Memory> memory() {
        return memory;
    }

    /**
     * Returns the memory that jobs can have.
     *
     * @return empty if it isn't known; it may be less than {@link #memory()}
     */
    public Optional<Memory> usableMemory() {
        return usableMemory;
    }

    /**
     * Returns its GPUs.
     *
     * @return empty if it has none, or it isn't known
     */
    public Optional<Gpus> gpus() {
        return gpus;
    }

    /**
     * Returns its local disk.
     *
     * @return empty if it has none, or it isn't known
     */
    public Optional<Memory> localDisk() {
        return localDisk;
    }

    /**
     * Returns its network interface where that differs from the site's.
     *
     * @return empty if it doesn't
     */
    public Optional<String> networkInterface() {
        return networkInterface;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }

    private static Optional<String> names(Section s) {
        return s.parsed("names", "names of nodes in Slurm's form, such as cn[1-2]", text -> {
            for (String node : HostList.expand(text)) {
                if (!node.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                    throw new IllegalArgumentException("'" + node + "' is no node's name");
                }
            }
            return text;
        });
    }

    /** How many there are; if only their names are known, as many as those. */
    private static OptionalInt nodes(Section s, Optional<String> names) {
        OptionalInt nodes = s.number("nodes", 1);
        if (names.isEmpty()) {
            return nodes;
        }
        int named = HostList.expand(names.get()).size();
        if (nodes.isPresent() && nodes.getAsInt() != named) {
            throw s.bad("nodes", "as many as its names, " + named, null);
        }
        return OptionalInt.of(named);
    }

    private static OptionalInt usable(Section s, OptionalInt cores) {
        OptionalInt usable = s.number("usableCores", 1);
        return usable.isPresent() ? usable : cores;
    }

    private static Gpus gpus(Section s) {
        return new Gpus(s.number("count", 1), s.gresType("type"), s.text("model"), s.memory("memory"));
    }

    /**
     * The GPUs of a node.
     *
     * @param count as Slurm counts them
     * @param type as {@code --gres} names it
     * @param model such as {@code NVIDIA A100}
     * @param memory of each
     */
    public record Gpus(OptionalInt count, Optional<String> type, Optional<String> model, Optional<Memory> memory) {}
}
