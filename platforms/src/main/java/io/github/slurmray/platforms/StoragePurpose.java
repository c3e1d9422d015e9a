package io.github.slurmray.platforms;

/** What a storage area is for. */
public enum StoragePurpose {
    /** Configuration, credentials and logs of a user. */
    HOME,
    /** A project's programs. */
    SOFTWARE,
    /** A project's data while it is worked on. */
    DATA,
    /** The same, on faster and dearer disks. */
    FAST_DATA,
    /** Data sets that outlive a project. */
    DATASETS,
    /** Disk of a compute node, for the time of a job. */
    JOB_LOCAL,
    /** Disk of a login node. */
    LOGIN_LOCAL,
    /** Object storage. */
    OBJECTS
}
