package io.github.slurmray.slurm;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Slurm refused a job: there is none, and the same script would be refused again. */
public class SubmissionRefusedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final String slurmSays;
    private final @Nullable String option;
    private final @Nullable String value;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message which submission was refused where, the option, its value, Slurm's words and what to do
     * @param slurmSays Slurm's own words
     * @param option the option that Slurm means, if its words tell
     * @param value the script's value of that option, if it has one
     */
    public SubmissionRefusedException(
            String message, String slurmSays, @Nullable String option, @Nullable String value) {
        super(message, null, Retry.POINTLESS);
        this.slurmSays = slurmSays;
        this.option = option;
        this.value = value;
    }

    /**
     * Returns Slurm's own words.
     *
     * @return such as {@code Invalid partition name specified}
     */
    public String slurmSays() {
        return slurmSays;
    }

    /**
     * Returns the option that Slurm means.
     *
     * @return sbatch's long name of it, such as {@code partition}; empty if Slurm's words don't tell
     */
    public Optional<String> option() {
        return Optional.ofNullable(option);
    }

    /**
     * Returns the refused value.
     *
     * @return as it stands in the script; empty if the script doesn't set the option, or it isn't known which
     */
    public Optional<String> value() {
        return Optional.ofNullable(value);
    }
}
