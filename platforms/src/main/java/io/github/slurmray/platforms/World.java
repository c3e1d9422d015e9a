package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import java.math.BigInteger;

/** The Internet as a set of addresses. */
final class World {
    private static final CidrSet IPV4 = CidrSet.of(Cidr.parse("0.0.0.0/0"));
    private static final CidrSet IPV6 = CidrSet.of(Cidr.parse("::/0"));
    // all that is handed out (RFC 4291 and IANA's registry)
    private static final CidrSet GLOBAL_IPV6 = CidrSet.of(Cidr.parse("2000::/3"));

    /** What networks use inside: private, shared, link-local and unique local addresses. */
    static final CidrSet PRIVATE = CidrSet.of(
            Cidr.parse("10.0.0.0/8"),
            Cidr.parse("172.16.0.0/12"),
            Cidr.parse("192.168.0.0/16"),
            Cidr.parse("100.64.0.0/10"),
            Cidr.parse("169.254.0.0/16"),
            Cidr.parse("fc00::/7"),
            Cidr.parse("fe80::/10"));

    private World() {}

    static CidrSet all(Cidr.Family family) {
        return family == Cidr.Family.IPV4 ? IPV4 : IPV6;
    }

    /**
     * Whether a set is the world rather than a list of somebody's networks: half of all IPv4 addresses, or half of the
     * global unicast addresses of IPv6. So 0.0.0.0/1 is, and so is "everything but the private networks".
     */
    static boolean isIn(CidrSet set, Cidr.Family family) {
        CidrSet world = family == Cidr.Family.IPV4 ? IPV4 : GLOBAL_IPV6;
        return set.and(world).size().multiply(BigInteger.TWO).compareTo(world.size()) >= 0;
    }
}
