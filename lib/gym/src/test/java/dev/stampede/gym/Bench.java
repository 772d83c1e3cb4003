package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

final class Bench {
  public static void main(String[] arguments) {
    for (String id : arguments) {
      EnvironmentFactory factory = Environments.open(id, 1, System.out::println);
      Environment env = factory.create(EnvironmentFactory.Purpose.EVALUATION);
      System.out.println(env.observationSpace() + " " + env.actionSpace());
      int n = env.actionSpace() instanceof Space.Discrete d ? d.n() : 0;
      float[] zeros = new float[env.actionSpace().size()];
      SplittableRandom random = new SplittableRandom(1);
      ByteBuffer target = ByteBuffer.allocateDirect(env.reset(1).bytes());
      for (int round = 0; round < 4; round++) {
        int steps = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 2e9) {
          var step = env.step(n > 0 ? Action.of(random.nextInt(n)) : Action.of(zeros));
          step.observation().copyTo(target.clear());
          if (step.last()) env.reset();
          steps++;
        }
        System.out.printf("%s %.1f us/step%n", id, (System.nanoTime() - start) / 1e3 / steps);
      }
      factory.close();
    }
  }
}
