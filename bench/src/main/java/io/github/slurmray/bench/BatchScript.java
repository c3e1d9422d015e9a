package io.github.slurmray.bench;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Shell;
import io.github.slurmray.lab.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.BiPredicate;

/** A batch script of {@code bench/contenders}, submitted from a login shell as its user would. */
final class BatchScript implements Contender {
    private final String name;
    private final String file;
    private final int gcsPort;
    private final BiPredicate<RayVersion, Integer> takes;
    private final Site site;

    BatchScript(String name, String file, int gcsPort, BiPredicate<RayVersion, Integer> takes, Site site) {
        this.name = name;
        this.file = file;
        this.gcsPort = gcsPort;
        this.takes = takes;
        this.site = site;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean takes(RayVersion version, int nodes) {
        return takes.test(version, nodes);
    }

    @Override
    public Start start(RayVersion version, int nodes) throws IOException {
        String text = Files.readString(Report.root().resolve("bench/contenders/" + file));
        Map<String, String> words = Map.of(
                "account", Lab.ACCOUNT,
                "partition", Site.PARTITION,
                "module", version.module(),
                "wrapper", version.wrapper(),
                "head_address", Site.HEAD_ADDRESS,
                "key", "/home/" + Lab.USER + "/.ssh/cluster_ed25519",
                "vm", Lab.VM,
                "vm_user", Lab.VM_USER,
                "vm_port", "18280");
        for (Map.Entry<String, String> word : words.entrySet()) {
            text = text.replace("@" + word.getKey() + "@", word.getValue());
        }
        // ssh writes down the VM's key; a known_hosts that wasn't there before goes again
        String directory = site.ask("d=$(mktemp -d ~/bench.XXXXXX) && echo $d; [ -e ~/.ssh/known_hosts ] || : >$d/new");
        site.login()
                .run(Command.shell("cat >" + Shell.quote(directory + "/job.sh")).withStdin(text))
                .orThrow();
        String sbatch = "sbatch --parsable --nodes=" + nodes + " --nodelist=" + String.join(",", Site.nodes(nodes))
                + " --output=" + directory + "/job.log " + directory + "/job.sh";
        String[] answer =
                site.ask("bash -lc " + Shell.quote(sbatch) + "; date +%s.%N").split("\\s+", -1);
        String job = answer[0];
        double at = Double.parseDouble(answer[1]);
        return new Start() {
            @Override
            public double at() {
                return at;
            }

            @Override
            public String gcs() {
                return Site.HEAD_ADDRESS + ":" + gcsPort;
            }

            @Override
            public void close() {
                site.cancel(job);
                String d = Shell.quote(directory);
                site.ask("[ ! -e " + d + "/new ] || rm -f ~/.ssh/known_hosts; rm -rf " + d);
            }
        };
    }
}
