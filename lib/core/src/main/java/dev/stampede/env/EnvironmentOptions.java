package dev.stampede.env;

import java.util.Map;

/** A named set of options of an environment, such as a protocol to play by. */
@FunctionalInterface
public interface EnvironmentOptions {

  /** Options as {@link EnvironmentName#options()} has them. */
  Map<String, Object> options();
}
