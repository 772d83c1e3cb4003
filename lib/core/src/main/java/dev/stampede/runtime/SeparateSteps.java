package dev.stampede.runtime;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.util.Arrays;
import java.util.List;

/** Steps each environment by itself, on as many threads as it is given. */
record SeparateSteps(List<Environment> environments, Threads threads) implements EnvironmentBatch {

  @Override
  public List<Step> step(List<Action> actions) {
    Step[] steps = new Step[environments.size()];
    threads.all(steps.length, e -> steps[e] = environments.get(e).step(actions.get(e)));
    return Arrays.asList(steps);
  }

  @Override
  public List<Observation> reset(List<Integer> which) {
    Observation[] first = new Observation[which.size()];
    threads.all(first.length, i -> first[i] = environments.get(which.get(i)).reset());
    return Arrays.asList(first);
  }
}
