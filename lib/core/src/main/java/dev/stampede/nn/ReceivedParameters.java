package dev.stampede.nn;

import java.io.DataInput;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The newest parameters that came from a learner elsewhere, for all actors of this process. In
 * whatever order they come, and however often, an actor never goes back to an earlier version.
 */
public final class ReceivedParameters implements ParameterSource {
  private ActorParameters newest;
  private ActorParameters arriving;
  private ParameterVersion version = ParameterVersion.NONE;

  /**
   * @param theta how many parameters θ has
   * @param phi how many the critic has; 0 where there is none
   */
  public ReceivedParameters(int theta, int phi) {
    newest = ActorParameters.zeros(theta, phi);
    arriving = ActorParameters.zeros(theta, phi);
  }

  /**
   * Takes what {@link ActorParameters#write} wrote, if it is later than what came before.
   *
   * @return whether it is
   * @throws IOException as {@link ActorParameters#read}; what came before stays
   */
  public synchronized boolean receive(DataInput source) throws IOException {
    ParameterVersion arrived = arriving.read(source);
    if (!arrived.isAfter(version)) {
      return false;
    }
    ActorParameters before = newest;
    newest = arriving;
    arriving = before;
    version = arrived;
    return true;
  }

  @Override
  public synchronized ParameterVersion newerThan(
      ParameterVersion known, Consumer<ActorParameters> take) {
    if (!version.isAfter(known)) {
      return known;
    }
    take.accept(newest);
    return version;
  }
}
