package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** sacctmgr show: the user's associations, and what accounts, users, QOS and clusters there are. */
final class Sacctmgr {
    private static final GetOpt SYNTAX = new GetOpt("sacctmgr", false, 1, """
            noheader/n parsable/p parsable2/P readonly/r immediate/i version/V quiet/Q
            !associations/s !help/h !json? !oneliner/o !usage !verbose/v !yaml?
            """);

    private static final List<String> OTHER_VERBS = List.of(
            "add",
            "archive",
            "clear",
            "create",
            "delete",
            "dump",
            "exit",
            "help",
            "load",
            "modify",
            "ping",
            "quit",
            "reconfigure",
            "remove",
            "shutdown",
            "update",
            "version");

    private static final List<String> OTHER_ENTITIES = List.of(
            "config",
            "event",
            "federation",
            "instance",
            "problem",
            "resource",
            "reservation",
            "runaway",
            "stats",
            "transaction",
            "tres",
            "wckey");

    /** What can be asked of each, and what of it without being asked. */
    private static final Map<String, List<String>> FIELDS = Map.of(
            "assoc", List.of("Cluster", "Account", "User", "Partition", "QOS", "MaxJobs", "MaxSubmit"),
            "user", List.of("User", "DefaultAccount"),
            "account", List.of("Account"),
            "qos", List.of("Name"),
            "cluster", List.of("Cluster"));

    /** What real Slurm knows beside these. */
    private static final List<String> OTHER_FIELDS = List.of(
            "adminlevel",
            "comment",
            "controlhost",
            "controlport",
            "coordinators",
            "defaultqos",
            "defaultwckey",
            "descr",
            "description",
            "fairshare",
            "flags",
            "gracetime",
            "grpcpumins",
            "grpcpus",
            "grpjobs",
            "grpjobsaccrue",
            "grpnodes",
            "grpsubmit",
            "grptres",
            "grptresmins",
            "grptresrunmins",
            "grpwall",
            "id",
            "lft",
            "maxcpumins",
            "maxcpus",
            "maxjobsaccrue",
            "maxjobsperaccount",
            "maxjobsperuser",
            "maxjobspu",
            "maxnodes",
            "maxsubmitjobs",
            "maxsubmitpu",
            "maxtres",
            "maxtresmins",
            "maxtrespernode",
            "maxtresperuser",
            "maxtrespu",
            "maxwall",
            "mintrespj",
            "organization",
            "org",
            "parentid",
            "parentname",
            "preempt",
            "preemptmode",
            "priority",
            "qoslevel",
            "qosraw",
            "rgt",
            "rpc",
            "share",
            "usagefactor",
            "withdeleted");

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
        String verb = words.isEmpty() ? "" : words.get(0).toLowerCase(Locale.ROOT);
        if (verb.isEmpty() || OTHER_VERBS.contains(verb)) {
            throw new Unsupported("sacctmgr " + verb);
        }
        if (!List.of("show", "list").contains(verb)) {
            throw new Misused("invalid keyword: " + verb + "\n", 1);
        }
        String what = words.size() < 2 ? "" : words.get(1).toLowerCase(Locale.ROOT);
        String entity =
                FIELDS.keySet().stream().filter(what::startsWith).findFirst().orElse("");
        if (entity.isEmpty()) {
            if (!what.isEmpty() && OTHER_ENTITIES.stream().anyMatch(what::startsWith)) {
                throw new Unsupported("sacctmgr show " + what);
            }
            throw new Misused("""
                    No valid entity in list command
                    Input line must include "Account", "Association", "Cluster", "Configuration",
                    "Event", "Federation", "Problem", "QOS", "Resource", "Reservation",
                    "RunAwayJobs", "Stats", "Transaction", "TRES", "User", or "WCKey"
                    """, 1);
        }
        return Reply.Answer.ok(show(entity, words.subList(2, words.size()), line));
    }

    private String show(String entity, List<String> conditions, GetOpt.Line line) throws Misused {
        Map<String, String> filters = new LinkedHashMap<>();
        for (String word : conditions) {
            int eq = word.indexOf('=');
            String key = eq < 0 ? (entity.equals("assoc") ? "user" : "name") : word.substring(0, eq);
            filters.put(key.toLowerCase(Locale.ROOT).replaceFirst("s$", ""), word.substring(eq + 1));
        }
        String format = filters.remove("format");
        for (Map.Entry<String, String> f : filters.entrySet()) {
            if (!List.of("user", "account", "name", "cluster").contains(f.getKey())) {
                throw new Misused(" Unknown condition: " + f.getKey() + "=" + f.getValue() + "\n", 1);
            }
        }
        if (format == null && (entity.equals("qos") || !line.has("parsable2"))) {
            throw new Unsupported("sacctmgr show " + entity + " without format=");
        }
        List<DatabaseColumn> columns = columns(entity, format == null ? "" : format);
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            out.append(row(columns, columns.stream().map(DatabaseColumn::name).toList(), line));
            if (!isPlain(line)) {
                out.append(row(
                        columns, columns.stream().map(DatabaseColumn::dashes).toList(), line));
            }
        }
        for (Map<String, String> values : entries(entity, filters)) {
            out.append(row(
                    columns,
                    columns.stream().map(c -> values.getOrDefault(c.name(), "")).toList(),
                    line));
        }
        return out.toString();
    }

    private static List<DatabaseColumn> columns(String entity, String format) throws Misused {
        List<String> known = FIELDS.getOrDefault(entity, List.of());
        List<DatabaseColumn> columns = new ArrayList<>();
        for (String name : format.isEmpty() ? known.toArray(String[]::new) : format.split(",", -1)) {
            String[] parts = name.strip().split("%", 2);
            String field = known.stream()
                    .filter(f -> f.equalsIgnoreCase(parts[0]))
                    .findFirst()
                    .orElse("");
            if (field.isEmpty()) {
                if (OTHER_FIELDS.contains(parts[0].toLowerCase(Locale.ROOT))) {
                    throw new Unsupported("sacctmgr format=" + parts[0]);
                }
                throw new Misused("Unknown field '" + parts[0] + "'\n", 1);
            }
            columns.add(new DatabaseColumn(field, DatabaseColumn.width(List.of(parts), 10)));
        }
        return columns;
    }

    private static boolean isPlain(GetOpt.Line line) {
        return line.has("parsable") || line.has("parsable2");
    }

    private static String row(List<DatabaseColumn> columns, List<String> values, GetOpt.Line line) {
        if (isPlain(line)) {
            return String.join("|", values) + (line.has("parsable2") ? "" : "|") + "\n";
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            out.append(columns.get(i).fit(values.get(i))).append(' ');
        }
        return out.append('\n').toString();
    }

    private List<Map<String, String>> entries(String entity, Map<String, String> filters) {
        SiteConf.Users users = conf.users();
        String firstAccount = users.accounts().isEmpty() ? "" : users.accounts().get(0);
        List<Map<String, String>> all = new ArrayList<>();
        switch (entity) {
            case "assoc" -> users.accounts().forEach(account -> all.add(association(account)));
            case "user" -> all.add(Map.of("User", users.user(), "DefaultAccount", firstAccount));
            case "account" -> users.accounts().forEach(account -> all.add(Map.of("Account", account)));
            case "qos" -> users.qos().forEach(qos -> all.add(Map.of("Name", qos)));
            default -> all.add(Map.of("Cluster", conf.clusterName()));
        }
        String name = filters.getOrDefault("name", "");
        String user = filters.getOrDefault("user", entity.equals("user") ? name : "");
        String account = filters.getOrDefault("account", entity.equals("account") ? name : "");
        all.removeIf(e -> !has(e, "User", user) || !has(e, "Account", account));
        return all;
    }

    private static boolean has(Map<String, String> entry, String field, String asked) {
        return asked.isEmpty()
                || !entry.containsKey(field)
                || List.of(asked.split(",", -1)).contains(entry.get(field));
    }

    private Map<String, String> association(String account) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("Cluster", conf.clusterName());
        values.put("Account", account);
        values.put("User", conf.users().user());
        values.put("QOS", String.join(",", conf.users().qos()));
        conf.limits().running().ifPresent(n -> values.put("MaxJobs", Integer.toString(n)));
        conf.limits().submitted().ifPresent(n -> values.put("MaxSubmit", Integer.toString(n)));
        return values;
    }
}
