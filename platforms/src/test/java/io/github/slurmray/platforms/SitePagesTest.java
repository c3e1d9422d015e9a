package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/platforms} says what the site files say. */
class SitePagesTest {
    private static final Path DIRECTORY =
            Path.of(System.getProperty("slurmray.root", "..")).resolve("docs/platforms");
    private static final Map<String, String> PAGES = SitePages.all();

    static Set<String> names() {
        return PAGES.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aPageIsWhatItsSiteFileSays(String name) throws IOException {
        assertThat(Files.readString(DIRECTORY.resolve(name)))
                .as("docs/platforms/%s isn't current: run bin/site-pages", name)
                .isEqualTo(PAGES.get(name));
    }

    @Test
    void thereIsOnePageForEachSiteAndNoOther() throws IOException {
        assertThat(SitePages.in(DIRECTORY))
                .as("the pages of docs/platforms: run bin/site-pages")
                .containsExactlyElementsOf(new TreeSet<>(PAGES.keySet()));
    }
}
