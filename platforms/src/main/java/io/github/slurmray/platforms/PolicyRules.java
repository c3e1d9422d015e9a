package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import java.time.Duration;
import java.util.Optional;

/** What a site asks of its users, beyond its scripts. */
final class PolicyRules {
    /** Addresses that only the machine itself or its own network reaches. */
    private static final CidrSet OWN = World.PRIVATE.plus(CidrSet.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1/128")));

    private PolicyRules() {}

    static Optional<Finding> polling(Platform site, Duration interval) {
        Duration floor = site.pollFloor();
        if (interval.compareTo(floor) >= 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.warning(
                        "poll-floor",
                        "looking at the queue every " + interval + ": "
                                + (site.policies().pollFloor().isPresent()
                                        ? site.name() + " asks for at least " + floor + " between two looks"
                                        : "what " + site.name() + " asks for isn't known, and slurmray's own least is "
                                                + floor))
                .about("poll interval", interval)
                .limit(floor, "wait " + floor)
                .from(site.sourceOf("/policies/pollFloor")));
    }

    static Optional<Finding> service(Platform site, String address) {
        Optional<CidrSet> host = host(address);
        if (address.equals("localhost") || host.filter(OWN::contains).isPresent()) {
            return Optional.empty();
        }
        boolean forbidden = !site.policies().serviceToOthers().orElse(true);
        String message = host.isPresent()
                ? "a service that listens on " + address + " can be reached by others"
                : "a service that listens on '" + address
                        + "' may be reached by others, which can't be told of what isn't" + " an address";
        String nearest = "listen on loopback (127.0.0.1) or a private address";
        Finding finding = forbidden
                ? Finding.error(
                        "service-to-others",
                        message + ", and " + site.name() + " forbids to offer it to them; " + nearest)
                : Finding.warning(host.isPresent() ? "service-open" : "service-unclear", message + "; " + nearest);
        return Optional.of(finding.about("address", address)
                .limit("private", nearest)
                .from(site.sourceOf("/policies/serviceToOthers")));
    }

    /** The address; empty for names, which may lead anywhere and aren't looked up, and for all else that is none. */
    private static Optional<CidrSet> host(String address) {
        try {
            return Optional.of(CidrSet.of(Cidr.parse(address + (address.indexOf(':') < 0 ? "/32" : "/128"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
