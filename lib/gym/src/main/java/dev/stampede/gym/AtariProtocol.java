package dev.stampede.gym;

import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How Atari games are played: {@code env("Breakout", AtariProtocol.machado2018())}.
 *
 * <p>In all of them a frame is the brighter of the last two, in grey, shrunk to 84×84 (OpenCV
 * INTER_AREA), and an observation is the last four such frames, uint8 (4, 84, 84).
 *
 * @param name of the protocol that this one began with
 * @param frameSkip emulator frames that one step takes, with the same action
 * @param sticky probability that a frame repeats the action before instead (Machado et al. 2018,
 *     section 5.2)
 * @param fullActions whether there are all 18 actions, or only those that the game distinguishes
 * @param noops the most frames without action that an episode starts with: at least 1 is drawn,
 *     none if this is 0
 * @param maxFrames emulator frames after which an episode is cut off
 * @param lifeLoss whether, in training, a lost life ends the episode
 * @param clipRewards whether, in training, rewards are clipped to [−1, 1]
 */
public record AtariProtocol(
    String name,
    int frameSkip,
    double sticky,
    boolean fullActions,
    int noops,
    int maxFrames,
    boolean lifeLoss,
    boolean clipRewards)
    implements EnvironmentOptions {
  private static final Map<String, String> SOURCES =
      Map.of(
          "mnih2016",
          "Mnih et al. (2015), Human-level control through deep RL, as Mnih et al. (2016) use it",
          "machado2018",
          "Machado et al. (2018), Revisiting the Arcade Learning Environment");

  public AtariProtocol {
    if (frameSkip < 1) {
      throw new IllegalArgumentException("frame_skip: expected at least 1 but got " + frameSkip);
    }
    if (!(sticky >= 0 && sticky < 1)) {
      throw new IllegalArgumentException(
          "sticky: expected a probability of at least 0 and less than 1 but got " + sticky);
    }
    if (noops < 0) {
      throw new IllegalArgumentException("noops: expected at least 0 but got " + noops);
    }
    if (maxFrames < frameSkip) {
      throw new IllegalArgumentException(
          "max_frames: expected at least one step, " + frameSkip + ", but got " + maxFrames);
    }
  }

  /**
   * What the A3C paper uses, which is what {@code env("Breakout")} means: no-op starts, no sticky
   * actions, the minimal set of actions, a lost life ends the episode in training.
   */
  public static AtariProtocol mnih2016() {
    return new AtariProtocol("mnih2016", 4, 0, false, 30, 108_000, true, true);
  }

  /**
   * What Machado et al. (2018) recommend: sticky actions, all 18 actions, only the end of the game
   * ends an episode, 5 minutes at most, every 5th frame.
   */
  public static AtariProtocol machado2018() {
    return new AtariProtocol("machado2018", 5, 0.25, true, 0, 18_000, false, true);
  }

  public AtariProtocol frameSkip(int frames) {
    return with("frame_skip", frames);
  }

  public AtariProtocol sticky(double probability) {
    return with("sticky", probability);
  }

  public AtariProtocol fullActions(boolean all) {
    return with("full_actions", all);
  }

  public AtariProtocol noops(int most) {
    return with("noops", most);
  }

  public AtariProtocol maxFrames(int frames) {
    return with("max_frames", frames);
  }

  public AtariProtocol lifeLoss(boolean ends) {
    return with("life_loss", ends);
  }

  public AtariProtocol clipRewards(boolean clip) {
    return with("clip_rewards", clip);
  }

  /** The protocol's name unless it is the paper's, and what differs from that protocol. */
  @Override
  public Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    AtariProtocol base = named(name);
    if (!base.equals(mnih2016())) {
      options.put("protocol", name);
    }
    Map<String, Object> values = values();
    base.values()
        .forEach(
            (option, value) -> {
              Object own = values.get(option);
              if (own != null && !own.equals(value)) {
                options.put(option, own);
              }
            });
    return options;
  }

  /**
   * The protocol that a name asks for.
   *
   * @throws IllegalArgumentException if an option is unknown or has no such value
   */
  static AtariProtocol of(EnvironmentName game) {
    if (!game.wrappers().isEmpty()) {
      throw new IllegalArgumentException(
          "%s is a protocol of its own, around which no wrapper goes; take ALE/%s-v5 for those"
              .formatted(game.id(), game.id()));
    }
    AtariProtocol protocol =
        named(String.valueOf(game.options().getOrDefault("protocol", "mnih2016")));
    for (Map.Entry<String, Object> option : game.without("protocol").options().entrySet()) {
      protocol = protocol.with(option.getKey(), option.getValue());
    }
    return protocol;
  }

  private static AtariProtocol named(String name) {
    return switch (name) {
      case "mnih2016" -> mnih2016();
      case "machado2018" -> machado2018();
      default ->
          throw new IllegalArgumentException(
              "protocol: expected \"mnih2016\" or \"machado2018\" but got \"" + name + "\"");
    };
  }

  private AtariProtocol with(String option, Object value) {
    Map<String, Object> values = values();
    if (values.replace(option, value) == null) {
      throw new IllegalArgumentException(
          "an Atari game has no option \"%s\"; it has protocol, %s. ALE/…-v5 takes those of ale-py"
              .formatted(option, String.join(", ", values.keySet())));
    }
    return new AtariProtocol(
        name,
        whole("frame_skip", values),
        number("sticky", values),
        truth("full_actions", values),
        whole("noops", values),
        whole("max_frames", values),
        truth("life_loss", values),
        truth("clip_rewards", values));
  }

  /** The options that atari.py takes. */
  Map<String, Object> forPython() {
    Map<String, Object> values = values();
    values.keySet().removeAll(List.of("life_loss", "clip_rewards"));
    return values;
  }

  /** For {@code run.json}: everything that another library would have to do alike. */
  Map<String, String> described() {
    Map<String, String> words = new TreeMap<>();
    words.put("protocol", name);
    words.put("source", SOURCES.getOrDefault(name, ""));
    words.put("action repeat", frameSkip + " frames");
    words.put("frame", "brighter of the last 2 frames, grey, 84×84 (OpenCV INTER_AREA)");
    words.put("observation", "last 4 such frames");
    words.put("start", noops == 0 ? "no no-ops" : "1 to " + noops + " no-ops");
    words.put(
        "episode", "at most %d frames (%d minutes)".formatted(maxFrames, maxFrames / (60 * 60)));
    words.put("sticky actions", sticky == 0 ? "0 (none)" : String.valueOf(sticky));
    words.put("actions", fullActions ? "all 18" : "minimal set of the game");
    words.put(
        "training",
        (lifeLoss ? "a lost life ends the episode" : "only the end of the game ends an episode")
            + (clipRewards ? "; rewards clipped to [-1, 1]" : "; the game's own rewards"));
    // Its vector environment draws other no-ops and fills the first stack with black frames.
    words.put("emulator", "ale-py, each game for itself, not its vector environment");
    words.put("score", "sum of the game's own rewards over the whole game");
    return words;
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("frame_skip", frameSkip);
    values.put("sticky", sticky);
    values.put("full_actions", fullActions);
    values.put("noops", noops);
    values.put("max_frames", maxFrames);
    values.put("life_loss", lifeLoss);
    values.put("clip_rewards", clipRewards);
    return values;
  }

  private static int whole(String option, Map<String, Object> values) {
    Object value = values.get(option);
    if (value instanceof Number number && number.doubleValue() == number.intValue()) {
      return number.intValue();
    }
    throw wrong(option, "a whole number", value);
  }

  private static double number(String option, Map<String, Object> values) {
    Object value = values.get(option);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(option, "a number", value);
  }

  private static boolean truth(String option, Map<String, Object> values) {
    Object value = values.get(option);
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw wrong(option, "true or false", value);
  }

  private static IllegalArgumentException wrong(
      String option, String expected, @Nullable Object value) {
    return new IllegalArgumentException(option + ": expected " + expected + " but got " + value);
  }
}
