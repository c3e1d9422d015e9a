package io.github.slurmray.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house as DESIGN has it: which room may import which, and what stays inside one. */
class HouseTest {
    private static final String OURS = "io.github.slurmray.";

    /** Each room, and the rooms that it may import. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
            "core", Set.of(),
            "ssh", Set.of("core"),
            "slurm", Set.of("core"),
            "platforms", Set.of("core", "slurm"),
            "ray", Set.of("core", "slurm", "platforms"),
            "proof", Set.of("core", "slurm", "platforms", "ray"),
            "testkit", Set.of("core"),
            "lab", Set.of(),
            "examples", Set.of("core", "ssh", "slurm", "platforms", "ray", "proof", "testkit"));

    /** Rooms whose internals are exported to another room, as their module-info says. */
    private static final Map<String, Set<String>> SHARES_INTERNALS_WITH = Map.of("core", Set.of("ssh"));

    /** MINA stays behind the Host of ssh; the test kit may have its server. */
    private static final Set<String> MAY_USE_MINA = Set.of("ssh", "testkit");

    private static final JavaClasses HOUSE = house();

    private static JavaClasses house() {
        // names are enough for these rules: what a class of others looks like inside doesn't matter
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.github.slurmray");
    }

    static Stream<String> rooms() {
        return built().stream();
    }

    private static Set<String> built() {
        return HOUSE.stream().map(HouseTest::room).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String room(JavaClass c) {
        String rest = c.getPackageName().substring(OURS.length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }

    private static boolean isOurs(JavaClass c) {
        return c.getPackageName().startsWith(OURS);
    }

    private static boolean isInternal(JavaClass c) {
        return isOurs(c) && (c.getPackageName() + ".").contains(".internal.");
    }

    private static DescribedPredicate<JavaClass> of(String room) {
        return DescribedPredicate.describe("are in " + room, c -> isOurs(c) && room(c).equals(room));
    }

    @Test
    void everyRoomIsInTheTableAndTheTableNamesRoomsOnly() {
        assertThat(built())
                .isSubsetOf(MAY_IMPORT.keySet())
                .contains("core", "ssh", "slurm", "platforms", "ray", "testkit", "lab", "examples");
        MAY_IMPORT.values().forEach(rooms -> assertThat(MAY_IMPORT.keySet()).containsAll(rooms));
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomImportsOnlyWhatItsRowAllows(String room) {
        Set<String> allowed = MAY_IMPORT.getOrDefault(room, Set.of());
        noClasses()
                .that(of(room))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are in rooms other than " + room + " and " + allowed,
                        c -> isOurs(c) && !room(c).equals(room) && !allowed.contains(room(c))))
                .check(HOUSE);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void noRoomUsesTheInternalsOfAnother(String room) {
        noClasses()
                .that(of(room))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are internals of another room",
                        c -> isInternal(c)
                                && !room(c).equals(room)
                                && !SHARES_INTERNALS_WITH
                                        .getOrDefault(room(c), Set.of())
                                        .contains(room)))
                .check(HOUSE);
    }

    @Test
    void onlySshKnowsMina() {
        noClasses()
                .that(DescribedPredicate.describe("are not in " + MAY_USE_MINA, c -> !MAY_USE_MINA.contains(room(c))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.sshd..")
                .check(HOUSE);
        // or the rule above would hold because nobody uses it at all
        assertThat(HOUSE.stream().filter(of("ssh")).flatMap(c -> c.getDirectDependenciesFromSelf().stream()))
                .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("org.apache.sshd"));
    }

    /** A script for Slurm with Arabic digits, or a key that became kırmızı, would be the user's language's doing. */
    @Test
    void theUsersLanguageChangesNoText() {
        noClasses()
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .because("they take the default locale; give Locale.ROOT")
                .check(HOUSE);
    }

    /** What goes into the emulated Slurm and comes out of it is data: so a queue of an hour is a test of a moment. */
    @Test
    void theEmulatedSlurmKnowsNoProcessNoFileAndNoClock() {
        noClasses()
                .that()
                .resideInAPackage("..testkit.internal.slurm")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.net..",
                        "java.nio.file..",
                        "java.util.concurrent..",
                        "org.apache.sshd..",
                        "..testkit.internal.embedded")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class, Process.class, ProcessBuilder.class, ProcessHandle.class, Thread.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .check(HOUSE);
    }

    @Test
    void jsonStaysInsideARoom() {
        classes()
                .that(DescribedPredicate.describe("are exported", c -> !isInternal(c)))
                .should(notShow("tools.jackson", "com.fasterxml"))
                .check(HOUSE);
        assertThat(HOUSE.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream()))
                .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("tools.jackson"));
    }

    /** That no type of these packages stands in what a user can see of a class. */
    private static ArchCondition<JavaClass> notShow(String... packages) {
        return new ArchCondition<>("not show " + String.join(", ", packages) + " in a public or protected signature") {
            @Override
            public void check(JavaClass c, ConditionEvents events) {
                if (!c.getModifiers().contains(JavaModifier.PUBLIC)
                        && !c.getModifiers().contains(JavaModifier.PROTECTED)) {
                    return;
                }
                Stream<JavaType> supertypes = Stream.concat(c.getSuperclass().stream(), c.getInterfaces().stream());
                report(c, c.getFullName(), supertypes, events);
                c.getMembers().stream()
                        .filter(HouseTest::isShown)
                        .forEach(m -> report(c, m.getFullName(), types(m), events));
            }

            private void report(JavaClass c, String where, Stream<JavaType> types, ConditionEvents events) {
                types.flatMap(t -> t.getAllInvolvedRawTypes().stream())
                        .filter(t -> Stream.of(packages)
                                .anyMatch(p -> t.getPackageName().startsWith(p)))
                        .forEach(
                                t -> events.add(SimpleConditionEvent.violated(c, where + " shows " + t.getFullName())));
            }
        };
    }

    private static boolean isShown(JavaMember m) {
        return m.getModifiers().contains(JavaModifier.PUBLIC)
                || m.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaType> types(JavaMember m) {
        if (m instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit code = (JavaCodeUnit) m;
        Stream<JavaType> thrown = code.getThrowsClause().stream().map(t -> (JavaType) t.getRawType());
        return Stream.of(Stream.of(code.getReturnType()), code.getParameterTypes().stream(), thrown)
                .flatMap(s -> s);
    }
}
