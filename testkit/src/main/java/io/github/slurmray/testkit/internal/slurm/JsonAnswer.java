package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What commands print for {@code --json} around the jobs or nodes. */
final class JsonAnswer {
    private final Controller controller;
    private final Invocation call;
    private final String version;

    /**
     * Looks what is asked for.
     *
     * @param format the value of {@code --json}: none, or in the newer release a version of the format
     */
    JsonAnswer(Controller controller, Invocation call, String format) throws Misused {
        this.controller = controller;
        this.call = call;
        this.version = format.isEmpty() ? "v0.0.42" : format;
        if (isOld() && !format.isEmpty()) {
            // such an option of 22.05 takes no value
            String help = call.command().equals("sacct")
                    ? ""
                    : "Try \"" + call.command() + " --help\" for more information\n";
            throw new Misused(call.command() + ": option '--json' doesn't allow an argument\n" + help, 1);
        }
        if (!version.equals("v0.0.42")) {
            throw new Unsupported(call.command() + " --json=" + format);
        }
    }

    private boolean isOld() {
        return controller.conf().release() == SlurmRelease.V22_05;
    }

    /** Of 22.05: the objects, or what went wrong. */
    Reply old(String command, List<JsonForm> items, List<JsonForm> errors) {
        boolean database = command.equals("sacct");
        return Reply.Answer.ok(new JsonForm(SlurmRelease.V22_05, command, name -> switch (name) {
                    case "plugin" -> "openapi/" + (database ? "db" : "") + "v0.0.38";
                    case "plugin_name" -> "Slurm OpenAPI " + (database ? "DB " : "") + "v0.0.38";
                    case "release" -> SlurmRelease.V22_05.version();
                    case "errors" -> errors;
                    case "items" -> items;
                    default -> throw new IllegalStateException(name);
                })
                .print());
    }

    /** What went wrong, of 22.05. */
    static List<JsonForm> error(String form) {
        return List.of(new JsonForm(SlurmRelease.V22_05, form, name -> name));
    }

    /**
     * Of the newer release.
     *
     * @param form which objects
     * @param words what it says that it was called with, but for the last
     * @param none what it says if there are none; empty for nothing
     */
    Reply recent(String form, List<String> words, List<JsonForm> items, Optional<String> none) {
        SlurmRelease release = controller.conf().release();
        List<JsonForm> warnings = new ArrayList<>();
        if (items.isEmpty()) {
            none.ifPresent(text -> warnings.add(new JsonForm(release, "warning", name -> text)));
        }
        JsonForm meta = new JsonForm(release, "meta", name -> switch (name) {
            case "parser" -> "data_parser/" + version;
            case "user" -> controller.conf().users().user();
            case "command" -> words.subList(0, Math.max(0, words.size() - 1));
            case "release" -> release.version();
            case "cluster" -> controller.conf().clusterName();
            default -> throw new IllegalStateException(name);
        });
        return Reply.Answer.ok(new JsonForm(release, form, name -> switch (name) {
                            case "items" -> items;
                            case "now" -> controller.now().getEpochSecond();
                            case "meta" -> meta;
                            case "warnings" -> warnings;
                            default -> throw new IllegalStateException(name);
                        })
                        .print()
                + "\n");
    }

    /** The command and what it was called with. */
    List<String> line() {
        List<String> words = new ArrayList<>(List.of(call.command()));
        words.addAll(call.arguments());
        return words;
    }
}
