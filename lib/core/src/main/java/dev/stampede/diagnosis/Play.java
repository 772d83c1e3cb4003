package dev.stampede.diagnosis;

import dev.stampede.nn.HiddenLayer;
import java.util.List;

/**
 * What was seen while the current policy played in an environment as it is made for training.
 *
 * @param steps how many
 * @param games how many episodes came to their end
 * @param score the true returns of these, each without its sign, added up
 * @param unseen by how much what is learned from differed from the true return, added up alike
 * @param choices how many actions there are to choose from; 0 if they are numbers
 * @param layers the network's hidden layers on the states visited; none of a network whose layers
 *     cannot be looked into
 */
public record Play(
    long steps, int games, double score, double unseen, int choices, List<HiddenLayer> layers) {
  public Play {
    layers = List.copyOf(layers);
  }
}
