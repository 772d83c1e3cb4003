package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.Parameters;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One of several workers that share nothing, as its algorithm sees it: an environment and a θ of
 * its own, and messages to the others. A message is numbers alone, so that it could as well go to
 * another machine.
 *
 * <p>A run is paused, stopped and saved in {@link #sync} and {@link #exchange}. So whatever the
 * algorithm must know to go on from there, it has given to {@link #keep}. Belongs to one thread.
 */
public interface Peer {

  /** Number of this worker, from 0. */
  int id();

  /** How many workers there are. */
  int peers();

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /** To be called before each step: after the end of an episode it starts the next one. */
  void sync();

  /** The network's outputs for the current state under θ′. The next call uses the array again. */
  float[] act();

  /** Does {@code a} in the environment and counts T ← T + 1. */
  Step step(Action a);

  /** This worker's own θ; at first that of all others. */
  Parameters theta();

  /**
   * The parameters it acts by: θ itself, or others if the algorithm {@linkplain
   * PeerAlgorithm#hasThetaPrime says so}. These are in no checkpoint.
   */
  Parameters thetaPrime();

  /**
   * Those tile-coded features of the current state that are 1. Valid until the next step.
   *
   * @throws IllegalStateException if the network is another one
   */
  int[] active();

  /** Features of a state: output k of feature i is at k · features + i in θ. */
  int features();

  /**
   * η as it is now. What an {@link #exchange} came back with is the same for all workers; so is η
   * from there to this worker's next {@link #step}.
   */
  double learningRate();

  /**
   * Gives a message and waits for those of all workers: all of them get the same list, or none.
   *
   * <p>While it waits a checkpoint may be taken, and a run resumed from it comes here again. So
   * before this call nothing of what it decides may have changed anything that is kept.
   *
   * @return one of each worker in the order of their numbers; empty if the run ends before all came
   */
  List<double[]> exchange(double[] message);

  /** Sends a message to each of the others and waits for nobody. */
  void send(double[] message);

  /** What others have {@linkplain #send sent} since the last call, in the order it came. */
  List<double[]> received();

  /** To be called after an update of θ: counts it, and evaluates worker 0's θ if that is due. */
  void updated();

  /** T: steps of all workers so far. */
  long T();

  /** t: steps of this worker so far. */
  long t();

  /**
   * Makes {@code part} a part of this worker's state, which checkpoints hold. In a run that is
   * resumed, {@code part} and {@link #random} are at once as the checkpoint left them. To be called
   * before the first {@link #sync}, in the same order in each run.
   *
   * @return {@code part}
   */
  <S extends Saveable> S keep(S part);

  /**
   * Whether the current state is a start state, or will be after {@link #sync}: also in a resumed
   * run whose environment could not go on within its episode.
   */
  boolean atStart();

  /** This worker's own source of randomness. */
  RandomGenerator random();

  /** What the environment takes. */
  Space actionSpace();
}
