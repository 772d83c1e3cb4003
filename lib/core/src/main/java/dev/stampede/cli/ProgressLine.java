package dev.stampede.cli;

import dev.stampede.runtime.Progress;
import java.io.PrintStream;
import java.util.Locale;

/**
 * One line that tells how a run goes: rewritten in a terminal, a new line now and then in a file.
 */
final class ProgressLine {
  private static final int SECONDS_BETWEEN_LINES = 10;

  private final PrintStream out;
  private final boolean terminal = System.console() != null;
  private int calls;
  private boolean open;

  ProgressLine(PrintStream out) {
    this.out = out;
  }

  /** Says something that is not progress. */
  synchronized void message(String text) {
    end();
    out.println(text);
  }

  /** To be called once a second. */
  synchronized void show(String what, Progress now) {
    if (now.steps() == 0) {
      calls++;
      return;
    }
    show(
        String.format(
            Locale.ROOT,
            "%s  %,d of %,d steps  %,d frames  %,.0f steps/s  %s left  mean return %.2f",
            what,
            now.steps(),
            now.budget(),
            now.frames(),
            now.stepsPerSecond(),
            duration(now.secondsLeft()),
            now.meanReturn()));
  }

  /** To be called once a second. */
  synchronized void show(String line) {
    boolean due = terminal || calls % SECONDS_BETWEEN_LINES == 0;
    calls++;
    if (!due) {
      return;
    }
    if (terminal) {
      out.print("\r" + line + "\033[K");
      out.flush();
      open = true;
    } else {
      out.println(line);
    }
  }

  synchronized void end() {
    if (open) {
      out.println();
      open = false;
    }
  }

  private static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "?";
    }
    long s = Math.round(seconds);
    return s >= 3600
        ? String.format(Locale.ROOT, "%d:%02d:%02d h", s / 3600, s / 60 % 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60);
  }
}
