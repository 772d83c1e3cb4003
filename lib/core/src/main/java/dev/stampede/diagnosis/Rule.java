package dev.stampede.diagnosis;

/** One thing that can be wrong with a run. */
interface Rule {

  /** In words that go into a list, such as {@code entropy-collapsed}. */
  String name();

  Opinion look(Chart chart);
}
