package dev.stampede.env;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of an environment with everything that makes it what it is, in one text: {@code
 * LunarLander-v3(gravity=-5.0, enable_wind=true) | TimeAwareObservation}.
 *
 * <p>Options stand in brackets as in a call, their values as in JSON; wrappers follow, the
 * innermost first, each with options of its own. This text is what run.json holds and figures show.
 *
 * @param id without options: {@code CartPole}, {@code ALE/Pong-v5}, {@code my_env.py:MyEnv}
 * @param options in the order given; values are what JSON has: text, number, boolean, null, list,
 *     map
 */
public record EnvironmentName(String id, Map<String, Object> options, List<Wrapping> wrappers) {

  /**
   * A wrapper around an environment.
   *
   * @param name as its library has it
   */
  public record Wrapping(String name, Map<String, Object> options) {
    public Wrapping {
      options = ordered(options);
    }

    @Override
    public String toString() {
      return name + brackets(options);
    }
  }

  private static final Pattern PART = Pattern.compile("\\s*([^\\s()|](?:[^()|]*[^\\s()|])?)\\s*");

  /** A file's path may hold what otherwise begins options or wrappers. */
  private static final Pattern PYTHON_FILE = Pattern.compile("\\s*([^\"]+?\\.py:\\w+)\\s*");

  private static final Pattern OPTION = Pattern.compile("\\s*([A-Za-z_]\\w*)\\s*=\\s*");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  public EnvironmentName {
    options = ordered(options);
    wrappers = List.copyOf(wrappers);
  }

  /**
   * Takes a text apart.
   *
   * @throws IllegalArgumentException if it is not written as above; the message says where
   */
  public static EnvironmentName parse(String text) {
    return new Parser(text).parse();
  }

  /** An environment of somebody's own: a class in a Python file. */
  public static EnvironmentName python(String file, String className) {
    return new EnvironmentName(file + ":" + className, Map.of(), List.of());
  }

  /** This name with one option more, or with another value for it. */
  public EnvironmentName with(String option, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(options);
    more.put(option, value);
    return new EnvironmentName(id, more, wrappers);
  }

  /** This name without an option. */
  public EnvironmentName without(String option) {
    Map<String, Object> fewer = new LinkedHashMap<>(options);
    fewer.remove(option);
    return new EnvironmentName(id, fewer, wrappers);
  }

  /** This name with one wrapper more, around the others. */
  public EnvironmentName wrapped(String name, Map<String, Object> wrapperOptions) {
    List<Wrapping> more = new ArrayList<>(wrappers);
    more.add(new Wrapping(name, wrapperOptions));
    return new EnvironmentName(id, options, more);
  }

  /**
   * The value of an option as somebody types it: JSON if it is JSON, otherwise the text itself, so
   * that {@code rgb_array} needs no quotes.
   */
  public static Object value(String typed) {
    try {
      return JSON.readValue(typed, Object.class);
    } catch (JsonProcessingException e) {
      return switch (typed) { // As Python writes them.
        case "True" -> true;
        case "False" -> false;
        default -> typed;
      };
    }
  }

  /** Refuses options and wrappers for an environment that knows none. */
  public void requirePlain() {
    if (!options.isEmpty() || !wrappers.isEmpty()) {
      throw new IllegalArgumentException(
          id + " takes neither options nor wrappers, but \"" + this + "\" has some");
    }
  }

  @Override
  public String toString() {
    return id
        + brackets(options)
        + wrappers.stream().map(wrapper -> " | " + wrapper).collect(Collectors.joining());
  }

  private static String brackets(Map<String, Object> options) {
    return options.isEmpty()
        ? ""
        : options.entrySet().stream()
            .map(option -> option.getKey() + "=" + json(option.getValue()))
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an option's value has to be JSON but is " + value, e);
    }
  }

  private static Map<String, Object> ordered(Map<String, Object> options) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    EnvironmentName parse() {
      String id =
          PYTHON_FILE.matcher(text).lookingAt()
              ? take(PYTHON_FILE, "a Python file")
              : part("the name of an environment");
      Map<String, Object> options = options();
      List<Wrapping> wrappers = new ArrayList<>();
      while (taken('|')) {
        String wrapper = part("the name of a wrapper");
        wrappers.add(new Wrapping(wrapper, options()));
      }
      if (at < text.length()) {
        throw expected("the end, \"(\" or \"|\"");
      }
      return new EnvironmentName(id, options, wrappers);
    }

    private String part(String what) {
      return take(PART, what);
    }

    private Map<String, Object> options() {
      Map<String, Object> options = new LinkedHashMap<>();
      if (!taken('(') || taken(')')) {
        return options;
      }
      do {
        options.put(take(OPTION, "option=value"), json());
      } while (taken(','));
      if (!taken(')')) {
        throw expected("\",\" or \")\"");
      }
      return options;
    }

    private Object json() {
      int end = endOfValue();
      try {
        Object value = JSON.readValue(text.substring(at, end), Object.class);
        at = end;
        return value;
      } catch (JsonProcessingException e) {
        throw expected("a value as in JSON (a text in double quotes)");
      }
    }

    /** Where the comma or bracket stands that ends this value. */
    private int endOfValue() {
      int depth = 0;
      boolean quoted = false;
      for (int i = at; i < text.length(); i++) {
        char c = text.charAt(i);
        if (quoted) {
          if (c == '\\') {
            i++;
          } else if (c == '"') {
            quoted = false;
          }
        } else if (c == '"') {
          quoted = true;
        } else if (c == '[' || c == '{') {
          depth++;
        } else if (c == ']' || c == '}') {
          depth--;
        } else if (depth == 0 && (c == ',' || c == ')')) {
          return i;
        }
      }
      return text.length();
    }

    private String take(Pattern pattern, String what) {
      Matcher matcher = pattern.matcher(text).region(at, text.length());
      if (!matcher.lookingAt()) {
        throw expected(what);
      }
      at = matcher.end();
      return matcher.group(1);
    }

    private boolean taken(char c) {
      skip();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        skip();
        return true;
      }
      return false;
    }

    private void skip() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private IllegalArgumentException expected(String what) {
      return new IllegalArgumentException(
          "environment \"%s\": expected %s at character %d, \"%s\"; for example:"
                  .formatted(text, what, at + 1, text.substring(at))
              + " LunarLander-v3(gravity=-5.0) | TimeAwareObservation");
    }
  }
}
