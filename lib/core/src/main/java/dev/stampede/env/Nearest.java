package dev.stampede.env;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;

/** Finds what somebody probably meant by a mistyped name. */
public final class Nearest {
  private Nearest() {}

  /**
   * The three names nearest to {@code typed} by edit distance, ready for a message: {@code "A", "B"
   * or "C"}.
   */
  public static String to(String typed, Collection<String> names) {
    var nearest =
        names.stream()
            .distinct()
            .sorted(
                Comparator.comparingInt((String name) -> distance(typed, name))
                    .thenComparing(name -> name))
            .limit(3)
            .map(name -> '"' + name + '"')
            .collect(Collectors.toList());
    if (nearest.size() < 2) {
      return String.join("", nearest);
    }
    String last = nearest.remove(nearest.size() - 1);
    return String.join(", ", nearest) + " or " + last;
  }

  /** Levenshtein's distance, ignoring case. */
  static int distance(String a, String b) {
    String s = a.toLowerCase(Locale.ROOT);
    String t = b.toLowerCase(Locale.ROOT);
    int[] row = new int[t.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= s.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int replaced = diagonal + (s.charAt(i - 1) == t.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], above));
        diagonal = above;
      }
    }
    return row[t.length()];
  }
}
