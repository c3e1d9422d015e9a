package io.github.slurmray.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Slurm's short form for many node names: {@code nid[001-003,007],login1} (slurm.conf(5), NodeName). */
public final class HostList {
    private static final int MAX_HOSTS = 1_000_000;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{1,18})");

    private HostList() {}

    /**
     * Writes out all names of a host list, in its order.
     *
     * @param list such as {@code cn[1-3],gpu[01-02]-ib}; the empty text is the empty list
     * @return the names, duplicates included
     * @throws IllegalArgumentException if the list is malformed or means more than a million hosts
     */
    public static List<String> expand(String list) {
        List<String> hosts = new ArrayList<>();
        for (String item : splitOutsideBrackets(list)) {
            expandItem(item, list, hosts);
        }
        return List.copyOf(hosts);
    }

    private static void expandItem(String item, String list, List<String> into) {
        int open = item.indexOf('[');
        if (open < 0) {
            if (item.isBlank() || item.indexOf(']') >= 0) {
                throw malformed(list, item.isBlank() ? "an empty name" : "']' without '['");
            }
            into.add(item);
            return;
        }
        int close = item.indexOf(']', open);
        if (close < 0) {
            throw malformed(list, "'[' without ']'");
        }
        String prefix = item.substring(0, open);
        String rest = item.substring(close + 1);
        for (String range : item.substring(open + 1, close).split(",", -1)) {
            Matcher m = RANGE.matcher(range);
            if (!m.matches()) {
                throw malformed(list, "'" + range + "' is no number or range");
            }
            long first = Long.parseLong(m.group(1));
            long last = m.group(2) == null ? first : Long.parseLong(m.group(2));
            if (last < first) {
                throw malformed(list, "the range '" + range + "' runs backwards");
            }
            if (last - first >= MAX_HOSTS - into.size()) {
                throw malformed(list, "more than " + MAX_HOSTS + " hosts");
            }
            for (long n = first; n <= last; n++) {
                String name = prefix + pad(n, m.group(1).length());
                if (rest.isEmpty()) {
                    into.add(name);
                } else {
                    expandItem(name + rest, list, into);
                }
            }
        }
    }

    /**
     * Writes names in the short form: numbers at the names' ends become sorted ranges, one bracket for each prefix and
     * width of number, in the order of their first names.
     *
     * @param hosts the names; duplicates are written once
     * @return the list; {@link #expand} gives the same set of names back
     */
    public static String compress(List<String> hosts) {
        Map<String, TreeSet<Long>> numbers = new LinkedHashMap<>();
        Map<String, String> prefixes = new LinkedHashMap<>();
        for (String host : hosts) {
            Matcher m = NUMBERED.matcher(host);
            if (m.matches()) {
                // a number without leading zeros fits any width: "9" and "10" belong together, "09" and "010" don't
                boolean padded = m.group(2).startsWith("0") && m.group(2).length() > 1;
                String key = m.group(1) + "\0" + (padded ? m.group(2).length() : 0);
                prefixes.put(key, m.group(1));
                numbers.computeIfAbsent(key, k -> new TreeSet<>()).add(Long.parseLong(m.group(2)));
            } else {
                prefixes.put(host, host);
            }
        }
        List<String> items = new ArrayList<>();
        prefixes.forEach((key, prefix) -> {
            TreeSet<Long> ns = numbers.get(key);
            if (ns == null) {
                items.add(prefix);
            } else {
                int width = Integer.parseInt(key.substring(key.lastIndexOf('\0') + 1));
                items.add(bracket(prefix, ns, width));
            }
        });
        return String.join(",", items);
    }

    private static String bracket(String prefix, SortedSet<Long> numbers, int width) {
        List<String> ranges = new ArrayList<>();
        long first = -1;
        long last = -2;
        for (long n : numbers) {
            if (n != last + 1) {
                if (first >= 0) {
                    ranges.add(range(first, last, width));
                }
                first = n;
            }
            last = n;
        }
        ranges.add(range(first, last, width));
        return numbers.size() == 1 ? prefix + ranges.get(0) : prefix + "[" + String.join(",", ranges) + "]";
    }

    private static String range(long first, long last, int width) {
        return first == last ? pad(first, width) : pad(first, width) + "-" + pad(last, width);
    }

    private static String pad(long n, int width) {
        String digits = Long.toString(n);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static List<String> splitOutsideBrackets(String list) {
        List<String> items = new ArrayList<>();
        if (list.isBlank()) {
            return items;
        }
        int depth = 0;
        int start = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '[') {
                depth++;
            } else if (c == ']') {
                depth--;
            } else if (c == ',' && depth == 0) {
                items.add(list.substring(start, i));
                start = i + 1;
            }
            if (depth < 0 || depth > 1) {
                throw malformed(list, depth < 0 ? "']' without '['" : "'[' inside '['");
            }
        }
        items.add(list.substring(start));
        return items;
    }

    private static IllegalArgumentException malformed(String list, String why) {
        return new IllegalArgumentException("host list '" + list + "': " + why);
    }
}
