package dev.stampede.paper;

import java.util.List;

/** What an experiment of the paper consists of, and what is made of its runs. */
sealed interface Protocol permits Figure1, Figure2, Figure3, Optimizers, Table1, Table2 {
  /** What it shows, in a few words. */
  String title();

  /** What the paper did, with section and certainty. */
  String inThePaper();

  /** The runs, in the order in which they are done. */
  List<PlannedRun> plan(Scale scale);

  /** Tables and figure from the runs that are complete, which may be none. */
  Findings findings(Scale scale, Outcomes outcomes);

  /** What is not as in the paper, one sentence each. */
  List<String> deviations(Scale scale);
}
