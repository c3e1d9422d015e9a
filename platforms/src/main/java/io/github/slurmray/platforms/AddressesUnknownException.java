package io.github.slurmray.platforms;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;

/** Rules need addresses of a site that nobody has written down; the message says where they belong. */
public class AddressesUnknownException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final String site;
    private final OutwardAddresses.Part part;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param site the site's name
     * @param part whose addresses aren't known
     */
    public AddressesUnknownException(String site, OutwardAddresses.Part part) {
        super(message(site, part), null, Retry.POINTLESS);
        this.site = site;
        this.part = part;
    }

    static String message(String site, OutwardAddresses.Part part) {
        String remedy = "ask the site for them and write them there in a file of your own";
        return "site " + site + " at '" + part.pointer() + "': "
                + (part == OutwardAddresses.Part.COMPUTE
                        ? "the addresses of its compute nodes aren't known; " + remedy
                                + ", or take all of the site's addresses (Part.ALL)"
                        : "its addresses aren't known; " + remedy);
    }

    /**
     * Returns the site.
     *
     * @return its name
     */
    public String site() {
        return site;
    }

    /**
     * Returns whose addresses aren't known.
     *
     * @return the part
     */
    public OutwardAddresses.Part part() {
        return part;
    }
}
