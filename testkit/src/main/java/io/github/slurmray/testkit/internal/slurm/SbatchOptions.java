package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;

/** Writes sbatch's options, from wherever they come, into a request. */
final class SbatchOptions {
    static final GetOpt SYNTAX = new GetOpt("sbatch", true, 255, """
            account/A= array/a= begin/b= chdir/D= comment= constraint/C= cpus-per-task/c= deadline= dependency/d=
            error/e= exclude/x= exclusive? export= gpus/G= gpus-per-node= gpus-per-task= gres= hold/H input/i= job-name/J=
            kill-on-invalid-dep= licenses/L= mail-type= mail-user= mem= mem-per-cpu= nice? no-requeue nodelist/w= nodes/N= ntasks/n=
            ntasks-per-node= open-mode= output/o= parsable partition/p= priority= qos/q= quiet/Q requeue reservation= signal= test-only
            time/t= verbose/v version/V wait/W wrap=
            """, """
            !acctg-freq= !batch= !bb= !bbf= !cluster-constraint= !clusters/M= !container= !container-id= !contiguous
            !core-spec/S= !cores-per-socket= !cpu-freq= !cpus-per-gpu= !delay-boot= !distribution/m= !export-file=
            !extra-node-info/B= !get-user-env? !gid= !gpu-bind= !gpu-freq= !gpus-per-socket= !gres-flags= !help/h !hint=
            !ignore-pbs !immediate/I? !mcs-label= !mem-bind= !mem-per-gpu= !mincpus= !network= !no-kill/k?
            !nodefile/F= !ntasks-per-core= !ntasks-per-gpu= !ntasks-per-socket= !ntasks-per-tres= !overcommit/O !oversubscribe/s !power=
            !prefer= !profile= !propagate? !reboot !sockets-per-node= !spread-job !switches= !thread-spec=
            !threads-per-core= !time-min= !tmp= !tres-bind= !uid= !usage !use-min-nodes !wait-all-nodes= !wckey=
            """);

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

    /**
     * Applies options that stand together: on the command line, in the environment, or in the script.
     *
     * @throws Misused if one has no meaning, or two exclude each other
     */
    void apply(List<GetOpt.Given> options) throws Misused {
        List<String> names = options.stream().map(GetOpt.Given::name).toList();
        if (names.contains("mem") && names.contains("mem-per-cpu")) {
            throw new Misused("sbatch: fatal: --mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive.\n", 1);
        }
        for (GetOpt.Given o : options) {
            apply(o.name(), o.value());
        }
    }

    private void apply(String name, String value) throws Misused {
        JobRequest r = request;
        switch (name) {
            case "account" -> r.account = Optional.of(value);
            case "array" -> array(value);
            case "begin" -> r.begin = Optional.of(begin(value));
            case "chdir" -> r.workDir = call.absolute(value);
            case "comment" -> r.comment = Optional.of(value);
            case "constraint" -> r.features = SbatchValues.features(value);
            case "cpus-per-task" -> r.cpusPerTask = OptionalInt.of(SbatchValues.positive(name, value));
            case "deadline" -> throw new Unsupported("sbatch --deadline");
            case "dependency" -> r.dependency = value;
            case "error" -> r.stderr = value;
            case "exclude" -> r.exclude = HostList.expand(value);
            case "exclusive" -> r.exclusive = SbatchValues.exclusive(value);
            case "gpus" -> r.gresPerJob = SbatchValues.gres("gpu:" + value);
            case "gpus-per-node" -> r.gresPerNode = SbatchValues.gres("gpu:" + value);
            case "gpus-per-task" -> r.gresPerTask = SbatchValues.gres("gpu:" + value);
            case "gres" -> r.gresPerNode = gres(value);
            case "hold" -> r.hold = true;
            case "input" -> r.stdin = value;
            case "job-name" -> r.name = value;
            case "kill-on-invalid-dep" -> r.killOnInvalidDependency = SbatchValues.yes(name, value);
            case "licenses" -> r.licenses = value;
            case "mail-type" -> SbatchValues.checkMailTypes(value);
            case "mem" -> r.memPerNode = OptionalLong.of(SbatchValues.memory(name, value));
            case "mem-per-cpu" -> r.memPerCpu = OptionalLong.of(SbatchValues.memory(name, value));
            case "nice" -> r.nice = value.isEmpty() ? 100 : (int) SbatchValues.leadingNumber(value);
            case "no-requeue" -> r.requeue = false;
            case "requeue" -> r.requeue = true;
            case "nodelist" -> r.nodeList = HostList.expand(value);
            case "nodes" -> {
                SbatchValues.NodeCount count = SbatchValues.nodes(value);
                r.minNodes = OptionalInt.of(count.least());
                r.maxNodes = OptionalInt.of(count.most());
            }
            case "ntasks" -> r.tasks = OptionalInt.of(SbatchValues.positive(name, value));
            case "ntasks-per-node" -> r.tasksPerNode = OptionalInt.of(SbatchValues.positive(name, value));
            case "open-mode" -> r.append = SbatchValues.appends(value);
            case "output" -> r.stdout = value;
            case "partition" -> r.partition = Optional.of(value);
            case "priority" -> r.priority = SbatchValues.priority(value);
            case "qos" -> r.qos = Optional.of(value);
            case "reservation" -> r.reservation = value;
            case "signal" -> r.earlySignal = Optional.of(SbatchValues.signal(value));
            case "time" -> r.timeLimit = Optional.of(SbatchValues.timeLimit(value));
            case "export" -> r.environment = exported(value);
            default -> {
                // about the command itself, or whom to send mail to, which is never sent
            }
        }
    }

    private Instant begin(String value) throws Misused {
        Optional<Instant> time = Times.point(value, now, conf.zone());
        if (time.isEmpty()) {
            throw new Misused(
                    Times.complaint(value) + SbatchValues.invalid("begin").getMessage(), 255);
        }
        return time.get();
    }

    private Map<String, Integer> gres(String value) throws Misused {
        if (value.isEmpty() && conf.release() == SlurmRelease.V24_11) {
            return Map.of();
        }
        Map<String, Integer> gres = SbatchValues.gres(value);
        List<String> known = List.of(conf.setting("GresTypes", "").split(","));
        if (!known.containsAll(gres.keySet().stream().map(Gres::name).toList())) {
            throw new Misused("sbatch: error: Invalid generic resource (gres) specification\n", 1);
        }
        return gres;
    }

    private void array(String value) throws Misused {
        request.array = new TreeSet<>(SbatchValues.array(value, conf.maxArraySize()));
        request.arrayThrottle = SbatchValues.throttle(value);
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
            // sbatch's own go with the job in any case, the umask among them
            mine.forEach((name, v) -> {
                if (name.startsWith("SLURM_")) {
                    out.put(name, v);
                }
            });
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
