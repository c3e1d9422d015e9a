package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a site asks of its users, beyond its scripts. */
final class PolicyRules {
    /** Addresses that only the machine itself or its own network reaches: loopback, link-local and private ones. */
    private static final List<Cidr> OWN = Stream.of(
                    "127.0.0.0/8",
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "169.254.0.0/16",
                    "::1/128",
                    "fc00::/7",
                    "fe80::/10")
            .map(Cidr::parse)
            .toList();

    private PolicyRules() {}

    static Optional<Finding> polling(Platform site, Duration interval) {
        Duration floor = site.pollFloor();
        if (interval.compareTo(floor) >= 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.warning(
                        "poll-floor",
                        "looking at the queue every " + interval + ": at " + site.name() + " not more often than every "
                                + floor)
                .about("poll interval", interval)
                .limit(floor, "wait " + floor)
                .from(site.sourceOf("/policies/pollFloor")));
    }

    static Optional<Finding> service(Platform site, String address) {
        if (isOwn(address)) {
            return Optional.empty();
        }
        boolean forbidden = !site.policies().serviceToOthers().orElse(true);
        String message = "a service that listens on " + address + " can be reached by others";
        String nearest = "listen on loopback or a private address";
        Finding finding = forbidden
                ? Finding.error(
                        "service-to-others",
                        message + ", and " + site.name() + " forbids to offer it to them; " + nearest)
                : Finding.warning("service-open", message + "; " + nearest);
        return Optional.of(finding.about("address", address)
                .limit("private", nearest)
                .from(site.sourceOf("/policies/serviceToOthers")));
    }

    /** A name may lead anywhere, and isn't looked up: it passes, as nothing is known against it. */
    private static boolean isOwn(String address) {
        try {
            Cidr host = Cidr.parse(address + (address.indexOf(':') < 0 ? "/32" : "/128"));
            return OWN.stream().anyMatch(own -> own.contains(host));
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
