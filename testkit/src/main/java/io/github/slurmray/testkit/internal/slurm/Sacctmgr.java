package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** sacctmgr show: associations and clusters. */
final class Sacctmgr {
    private static final GetOpt SYNTAX = new GetOpt("sacctmgr", false, 1, """
            noheader/n parsable/p parsable2/P readonly/r immediate/i version/V quiet/Q
            !associations/s !help/h !json? !oneliner/o !usage !verbose/v !yaml?
            """);

    private final SiteConf conf;
    private final Database database;
    private final Invocation call;

    Sacctmgr(SiteConf conf, Database database, Invocation call) {
        this.conf = conf;
        this.database = database;
        this.call = call;
    }

    Reply run() throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + conf.release().version() + "\n");
        }
        if (database.isDown()) {
            return Reply.Answer.failed(SlurmTexts.noDatabase("sacctmgr", conf), 1);
        }
        List<String> words = line.operands();
        if (words.size() < 2 || !List.of("show", "list").contains(words.get(0)) || !line.has("parsable2")) {
            throw new Unsupported("sacctmgr " + String.join(" ", call.arguments()) + " (only show or list, with -P)");
        }
        String what = words.get(1).toLowerCase(Locale.ROOT);
        Map<String, String> filters = new LinkedHashMap<>();
        for (String word : words.subList(2, words.size())) {
            int eq = word.indexOf('=');
            if (eq > 0) {
                filters.put(word.substring(0, eq).toLowerCase(Locale.ROOT), word.substring(eq + 1));
            }
        }
        String format = filters.getOrDefault("format", "cluster,account,user,partition,qos");
        if (!what.startsWith("assoc")) {
            throw new Unsupported("sacctmgr show " + what);
        }
        return Reply.Answer.ok(associations(format.split(",", -1), filters, line.has("noheader")));
    }

    private String associations(String[] format, Map<String, String> filters, boolean noHeader) {
        List<String> fields = new ArrayList<>();
        for (String name : format) {
            fields.add(field(name.strip().toLowerCase(Locale.ROOT)));
        }
        StringBuilder out = new StringBuilder(noHeader ? "" : String.join("|", fields) + "\n");
        String asked = filters.getOrDefault("user", filters.getOrDefault("users", ""));
        if (asked.isEmpty()
                || List.of(asked.split(",", -1)).contains(conf.users().user())) {
            for (String account : conf.users().accounts()) {
                List<String> values =
                        fields.stream().map(f -> value(f, account)).toList();
                out.append(String.join("|", values)).append('\n');
            }
        }
        return out.toString();
    }

    private static String field(String name) {
        for (String known : List.of("Cluster", "Account", "User", "Partition", "QOS", "MaxJobs", "MaxSubmit")) {
            if (known.toLowerCase(Locale.ROOT).equals(name.replaceFirst("%.*", ""))) {
                return known;
            }
        }
        throw new Unsupported("sacctmgr format=" + name);
    }

    private String value(String field, String account) {
        return switch (field) {
            case "Cluster" -> conf.clusterName();
            case "Account" -> account;
            case "User" -> conf.users().user();
            case "QOS" -> String.join(",", conf.users().qos());
            case "MaxJobs" ->
                conf.limits().running().isPresent()
                        ? Integer.toString(conf.limits().running().getAsInt())
                        : "";
            case "MaxSubmit" ->
                conf.limits().submitted().isPresent()
                        ? Integer.toString(conf.limits().submitted().getAsInt())
                        : "";
            default -> "";
        };
    }
}
