package dev.stampede.env;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A Java environment seen as a {@link RawEnvironment}. */
final class NativeRaw implements RawEnvironment {
  private final Environment environment;
  private SplittableRandom actions = new SplittableRandom();
  private byte[] observation = {};

  NativeRaw(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Space observationSpace() {
    return environment.observationSpace();
  }

  @Override
  public Space actionSpace() {
    return environment.actionSpace();
  }

  @Override
  public void reset(@Nullable Long seed, Map<String, Object> options) {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException("a Java environment takes no options at its reset");
    }
    keep(seed == null ? environment.reset() : environment.reset(seed));
  }

  @Override
  public RawStep step(Object action) {
    Step step = environment.step(SpaceValues.action(actionSpace(), action));
    keep(step.observation());
    return new RawStep(step.reward(), step.terminated(), step.ending() == Step.Ending.TRUNCATED);
  }

  @Override
  public void seedActions(long seed) {
    actions = new SplittableRandom(seed);
  }

  @Override
  public Object sampleAction() {
    return SpaceValues.sample(actionSpace(), actions);
  }

  @Override
  public byte[] observationBytes() {
    return observation.clone();
  }

  @Override
  public Object observation() {
    return SpaceValues.read(observationSpace(), ByteBuffer.wrap(observation));
  }

  @Override
  public Optional<Frame> render() {
    return Renderable.of(environment).map(Renderable::render);
  }

  @Override
  public void close() {
    environment.close();
  }

  private void keep(Observation seen) {
    ByteBuffer bytes = ByteBuffer.allocate(seen.bytes());
    seen.copyTo(bytes);
    observation = bytes.array();
  }
}
