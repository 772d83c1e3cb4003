package dev.stampede.cli;

/** Pictures are drawn in memory: a display that is named but cannot be reached must not matter. */
final class Headless {
  private Headless() {}

  static void on() {
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
  }
}
