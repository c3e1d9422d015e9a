package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes sbatch's options, from wherever they come, into a request. */
final class SbatchOptions {
    static final GetOpt SYNTAX = new GetOpt("sbatch", true, 255, """
            account/A= array/a= begin/b= chdir/D= comment= constraint/C= cpus-per-task/c= deadline= dependency/d=
            error/e= exclude/x= exclusive? export= gpus/G= gpus-per-node= gpus-per-task= gres= hold/H input/i= job-name/J=
            kill-on-invalid-dep= mail-type= mail-user= mem= mem-per-cpu= nice? no-requeue nodelist/w= nodes/N= ntasks/n=
            ntasks-per-node= open-mode= output/o= parsable partition/p= priority= qos/q= quiet/Q requeue signal= test-only
            time/t= verbose/v version/V wait/W wrap=
            """, """
            !acctg-freq= !batch= !bb= !bbf= !cluster-constraint= !clusters/M= !container= !container-id= !contiguous
            !core-spec/S= !cores-per-socket= !cpu-freq= !cpus-per-gpu= !delay-boot= !distribution/m= !export-file=
            !extra-node-info/B= !get-user-env? !gid= !gpu-bind= !gpu-freq= !gpus-per-socket= !gres-flags= !help/h !hint=
            !ignore-pbs !immediate/I? !licenses/L= !mcs-label= !mem-bind= !mem-per-gpu= !mincpus= !network= !no-kill/k?
            !nodefile/F= !ntasks-per-core= !ntasks-per-gpu= !ntasks-per-socket= !overcommit/O !oversubscribe/s !power=
            !prefer= !profile= !propagate? !reboot !reservation= !sockets-per-node= !spread-job !switches= !thread-spec=
            !threads-per-core= !time-min= !tmp= !tres-bind= !uid= !usage !use-min-nodes !wait-all-nodes= !wckey=
            """);

    private static final Pattern NODES = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7}))?");
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,12})([kKmMgGtT]?)[bB]?");
    private static final Pattern SIGNAL = Pattern.compile("(?:([BR]+):)?(?:SIG)?([A-Za-z0-9]+)(?:@(\\d{1,5}))?");

    private final JobRequest request;
    private final Invocation call;
    private final Instant now;
    private final SiteConf conf;

    SbatchOptions(JobRequest request, Invocation call, Instant now, SiteConf conf) {
        this.request = request;
        this.call = call;
        this.now = now;
        this.conf = conf;
    }

    void apply(List<GetOpt.Given> options) throws Misused {
        for (GetOpt.Given o : options) {
            apply(o.name(), o.value());
        }
    }

    private void apply(String name, String value) throws Misused {
        JobRequest r = request;
        switch (name) {
            case "account" -> r.account = Optional.of(value);
            case "array" -> array(value);
            case "begin" ->
                r.begin = Optional.of(Times.point(value, now, conf.zone()).orElseThrow(() -> invalid("--begin")));
            case "chdir" -> r.workDir = call.absolute(value);
            case "comment" -> r.comment = Optional.of(value);
            case "constraint" -> r.features = features(value);
            case "cpus-per-task" -> r.cpusPerTask = OptionalInt.of(number(name, value));
            case "deadline" -> throw new Unsupported("sbatch --deadline");
            case "dependency" -> r.dependency = value;
            case "error" -> r.stderr = value;
            case "exclude" -> r.exclude = HostList.expand(value);
            case "exclusive" -> exclusive(value);
            case "gpus" -> r.gresPerJob = gpus(value);
            case "gpus-per-node" -> r.gresPerNode = gpus(value);
            case "gpus-per-task" -> r.gresPerTask = gpus(value);
            case "gres" -> r.gresPerNode = gres(value);
            case "hold" -> r.hold = true;
            case "input" -> r.stdin = value;
            case "job-name" -> r.name = value;
            case "kill-on-invalid-dep" -> r.killOnInvalidDependency = value.equals("yes");
            case "mem" -> r.memPerNode = OptionalLong.of(memory(name, value));
            case "mem-per-cpu" -> r.memPerCpu = OptionalLong.of(memory(name, value));
            case "nice" -> r.nice = value.isEmpty() ? 100 : (int) signed(name, value);
            case "no-requeue" -> r.requeue = false;
            case "requeue" -> r.requeue = true;
            case "nodelist" -> r.nodeList = HostList.expand(value);
            case "nodes" -> nodes(value);
            case "ntasks" -> r.tasks = OptionalInt.of(number(name, value));
            case "ntasks-per-node" -> r.tasksPerNode = OptionalInt.of(number(name, value));
            case "open-mode" -> r.append = openMode(value);
            case "output" -> r.stdout = value;
            case "partition" -> r.partition = Optional.of(value);
            case "priority" -> r.priority = OptionalLong.of(number(name, value));
            case "qos" -> r.qos = Optional.of(value);
            case "signal" -> r.earlySignal = Optional.of(signal(value));
            case "time" -> r.timeLimit = Optional.of(Times.limit(value).orElseThrow(() -> invalid("--time")));
            case "export" -> r.environment = exported(value);
            default -> {
                // about the command itself, or mail, which is never sent
            }
        }
    }

    private static Misused invalid(String option) {
        return new Misused("sbatch: error: Invalid " + option + " specification\n", 255);
    }

    private static int number(String name, String value) throws Misused {
        if (!value.matches("\\d{1,9}")) {
            throw new Misused("sbatch: error: Invalid numeric value \"" + value + "\" for --" + name + ".\n", 255);
        }
        return Integer.parseInt(value);
    }

    private static long signed(String name, String value) throws Misused {
        return value.startsWith("-") ? -number(name, value.substring(1)) : number(name, value);
    }

    private static long memory(String name, String value) throws Misused {
        Matcher m = MEMORY.matcher(value);
        if (!m.matches()) {
            throw invalid("--" + name);
        }
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2).toLowerCase(java.util.Locale.ROOT)) {
            case "k" -> (n + 1023) / 1024;
            case "g" -> n << 10;
            case "t" -> n << 20;
            default -> n;
        };
    }

    private void nodes(String value) throws Misused {
        Matcher m = NODES.matcher(value);
        if (!m.matches()) {
            throw new Misused(
                    "sbatch: error: \"" + value
                            + "\" is not a valid node count\nsbatch: error: Invalid --nodes specification\n",
                    255);
        }
        request.minNodes = OptionalInt.of(Integer.parseInt(m.group(1)));
        request.maxNodes = m.group(2) == null ? request.minNodes : OptionalInt.of(Integer.parseInt(m.group(2)));
    }

    private void array(String value) throws Misused {
        int percent = value.indexOf('%');
        String list = percent < 0 ? value : value.substring(0, percent);
        request.array.clear();
        request.arrayText = value;
        for (String item : list.split(",", -1)) {
            Matcher m = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7})(?::(\\d{1,7}))?)?")
                    .matcher(item);
            if (!m.matches()) {
                throw new Misused("sbatch: error: Batch job submission failed: Invalid job array specification\n", 1);
            }
            int first = Integer.parseInt(m.group(1));
            int last = m.group(2) == null ? first : Integer.parseInt(m.group(2));
            int step = m.group(3) == null ? 1 : Math.max(1, Integer.parseInt(m.group(3)));
            for (int task = first; task <= last; task += step) {
                request.array.add(task);
            }
        }
        if (percent >= 0) {
            request.arrayThrottle = OptionalInt.of(number("array", value.substring(percent + 1)));
        }
    }

    private static List<String> features(String value) {
        if (!value.matches("[A-Za-z0-9_.-]+(&[A-Za-z0-9_.-]+)*")) {
            throw new Unsupported("sbatch --constraint=" + value);
        }
        return List.of(value.split("&"));
    }

    private void exclusive(String value) {
        if (!value.isEmpty()) {
            throw new Unsupported("sbatch --exclusive=" + value);
        }
        request.exclusive = true;
    }

    private static Map<String, Integer> gres(String value) throws Misused {
        try {
            return Gres.parse(value);
        } catch (IllegalArgumentException e) {
            throw new Misused(
                    "sbatch: error: Batch job submission failed: Invalid generic resource (gres) specification\n", 1);
        }
    }

    private static Map<String, Integer> gpus(String value) throws Misused {
        return gres("gpu:" + value);
    }

    private static boolean openMode(String value) throws Misused {
        return switch (value) {
            case "a", "append" -> true;
            case "t", "truncate" -> false;
            default -> throw invalid("--open-mode");
        };
    }

    private static JobRequest.EarlySignal signal(String value) throws Misused {
        Matcher m = SIGNAL.matcher(value);
        if (!m.matches()) {
            throw invalid("--signal");
        }
        boolean batch = m.group(1) != null && m.group(1).contains("B");
        long before = m.group(3) == null ? 60 : Long.parseLong(m.group(3));
        return new JobRequest.EarlySignal(m.group(2), java.time.Duration.ofSeconds(before), batch);
    }

    private Map<String, String> exported(String value) {
        Map<String, String> mine = call.environment();
        Map<String, String> out = new java.util.LinkedHashMap<>();
        List<String> words = List.of(value.split(",", -1));
        if (words.contains("ALL")) {
            out.putAll(mine);
        } else {
            for (String name : List.of("HOME", "USER", "LOGNAME", "SHELL", "PATH", "TERM")) {
                Optional.ofNullable(mine.get(name)).ifPresent(v -> out.put(name, v));
            }
        }
        for (String word : words) {
            int eq = word.indexOf('=');
            if (eq > 0) {
                out.put(word.substring(0, eq), word.substring(eq + 1));
            } else {
                Optional.ofNullable(mine.get(word)).ifPresent(v -> out.put(word, v));
            }
        }
        out.put("SLURM_EXPORT_ENV", value);
        return out;
    }
}
