package io.github.slurmray.testkit;

import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that starts an {@link EmbeddedSlurm} before each test, hands it to whoever has a parameter of that
 * type, and closes it afterwards.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final EmbeddedSlurmExtension SLURM = new EmbeddedSlurmExtension(EmbeddedSlurm.builder().accounts("p1"));
 *
 * @Test
 * void aPipelineSubmitsItsJob(EmbeddedSlurm slurm) { … }
 * }</pre>
 *
 * <p>{@code @ExtendWith(EmbeddedSlurmExtension.class)} takes the defaults. Where a {@code @BeforeAll} method or the
 * constructor has such a parameter, one is started for all tests of the class, and closed after the last.
 */
public final class EmbeddedSlurmExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(EmbeddedSlurmExtension.class);

    private final EmbeddedSlurmBuilder builder;

    /** Creates the extension with the builder's defaults. */
    public EmbeddedSlurmExtension() {
        this(EmbeddedSlurm.builder());
    }

    /**
     * Creates the extension.
     *
     * @param builder what to start; not copied, so it isn't to be changed any more
     */
    public EmbeddedSlurmExtension(EmbeddedSlurmBuilder builder) {
        this.builder = Objects.requireNonNull(builder, "builder");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        slurm(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        EmbeddedSlurm slurm = context.getStore(NAMESPACE).remove(EmbeddedSlurm.class, EmbeddedSlurm.class);
        if (slurm != null) {
            slurm.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedSlurm.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return slurm(context);
    }

    private EmbeddedSlurm slurm(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(EmbeddedSlurm.class, key -> builder.start(), EmbeddedSlurm.class);
    }
}
