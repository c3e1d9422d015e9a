package io.github.slurmray.platforms;

import io.github.slurmray.platforms.FactPage.Fact;
import io.github.slurmray.platforms.FactPage.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** One object of a site file, its facts put into words with their sources. What isn't known has no words. */
record SiteText(Platform site, Section section) {
    SiteText part(String key) {
        return new SiteText(site, section.part(key));
    }

    /** A row for each entry of an object. */
    List<Row> each(String key, BiFunction<String, SiteText, Row> row) {
        return List.copyOf(section.each(key, (name, s) -> row.apply(name, new SiteText(site, s)))
                .values());
    }

    /** A row for each element of a list. */
    List<Row> list(String key, Function<SiteText, Row> row) {
        return section.list(key, s -> row.apply(new SiteText(site, s)));
    }

    /** A row for each text of an object. */
    List<Row> eachText(String key, UnaryOperator<String> name, UnaryOperator<String> words) {
        SiteText object = part(key);
        return section.textsByKey(key).keySet().stream()
                .map(k -> Row.of(name.apply(k), object.text(k, words)))
                .toList();
    }

    /** Facts of several keys. */
    @SafeVarargs
    static List<Fact> all(List<Fact>... facts) {
        List<Fact> all = new ArrayList<>();
        for (List<Fact> some : facts) {
            all.addAll(some);
        }
        return all;
    }

    /** Words for the facts of these keys together; none if there are no words. */
    List<Fact> says(String words, String... keys) {
        Set<Source> sources = new LinkedHashSet<>();
        for (String key : keys) {
            sources.addAll(site.sourceOf(section.pointer(key)));
        }
        return words.isEmpty() ? List.of() : List.of(new Fact(words, List.copyOf(sources)));
    }

    private List<Fact> says(Optional<String> words, String key) {
        return says(words.orElse(""), key);
    }

    List<Fact> text(String key) {
        return text(key, FactPage::prose);
    }

    List<Fact> text(String key, UnaryOperator<String> words) {
        return says(section.text(key).map(words), key);
    }

    List<Fact> texts(String key, UnaryOperator<String> words) {
        return says(section.texts(key).stream().map(words).collect(Collectors.joining(", ")), key);
    }

    /** A list of words as one piece of code. */
    List<Fact> command(String key) {
        return says(
                Optional.of(section.texts(key)).filter(w -> !w.isEmpty()).map(w -> FactPage.code(String.join(" ", w))),
                key);
    }

    List<Fact> number(String key) {
        return number(key, UnaryOperator.identity());
    }

    List<Fact> number(String key, UnaryOperator<String> words) {
        OptionalInt n = section.number(key, 0);
        return n.isEmpty() ? List.of() : says(words.apply(Integer.toString(n.getAsInt())), key);
    }

    List<Fact> range(String least, String most, UnaryOperator<String> words) {
        OptionalInt from = section.number(least, 0);
        OptionalInt to = section.number(most, 0);
        if (from.isEmpty() || to.isEmpty()) {
            return all(
                    number(least, n -> words.apply("at least " + n)), number(most, n -> words.apply("at most " + n)));
        }
        boolean one = from.getAsInt() == to.getAsInt();
        return says(words.apply(one ? to.getAsInt() + "" : from.getAsInt() + " to " + to.getAsInt()), least, most);
    }

    List<Fact> flag(String key, String yes, String no) {
        return says(section.flag(key).map(f -> f ? yes : no), key);
    }

    /** A duration, PT24H as 24h. */
    List<Fact> duration(String key) {
        return says(section.duration(key).map(d -> d.toString().substring(2).toLowerCase(Locale.ROOT)), key);
    }

    /** How many of something there are, such as {@code 1 GPU}. */
    Optional<String> count(String key, String word) {
        OptionalInt n = section.number(key, 0);
        return n.isEmpty() ? Optional.empty() : Optional.of(n.getAsInt() + " " + word + (n.getAsInt() == 1 ? "" : "s"));
    }

    /** The texts of an object in one line. */
    String joined(String key, BiFunction<String, String, String> words, String between) {
        Map<String, String> texts = section.textsByKey(key);
        return texts.entrySet().stream()
                .map(t -> words.apply(t.getKey(), t.getValue()))
                .collect(Collectors.joining(between));
    }
}
