package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

final class ManyBench {
  static volatile long sink;

  public static void main(String[] a) throws Exception {
    String id = a[0];
    int threads = Integer.parseInt(a[1]);
    double perLoop = 0;
    for (int k = 0; k < 5; k++) {
      long c = System.nanoTime();
      work(20_000_000);
      perLoop = (System.nanoTime() - c) / 2e7;
    }
    long spin = (long) (Long.parseLong(a[2]) * 1000 / perLoop);
    int seconds = 8;
    EnvironmentFactory factory = Environments.open(id, threads, System.out::println);
    LongAdder steps = new LongAdder();
    CountDownLatch ready = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int seed = t;
      Thread thread =
          new Thread(
              () -> {
                Environment env = factory.create(EnvironmentFactory.Purpose.TRAINING);
                SplittableRandom random = new SplittableRandom(seed);
                var target = java.nio.ByteBuffer.allocateDirect(env.reset(seed).bytes());
                ready.countDown();
                while (true) {
                  var step = env.step(Action.of(random.nextInt(2)));
                  step.observation().copyTo(target.clear());
                  if (step.last()) env.reset();
                  work(spin);
                  steps.increment();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    ready.await();
    Thread.sleep(2000);
    long s0 = steps.sum();
    double cj = cpu(ProcessHandle.current()),
        cc = ProcessHandle.current().children().mapToDouble(ManyBench::cpu).sum();
    long t0 = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    double rate = (steps.sum() - s0) / ((System.nanoTime() - t0) / 1e9);
    double done = steps.sum() - s0;
    cj = (cpu(ProcessHandle.current()) - cj) / done * 1e6;
    cc = (ProcessHandle.current().children().mapToDouble(ManyBench::cpu).sum() - cc) / done * 1e6;
    long pss = 0;
    int n = 0;
    for (ProcessHandle p : ProcessHandle.current().children().toList()) {
      for (String line : Files.readAllLines(Path.of("/proc/" + p.pid() + "/smaps_rollup")))
        if (line.startsWith("Pss:")) pss += Long.parseLong(line.replaceAll("\\D+", ""));
      n++;
    }
    System.out.printf(
        "%s threads=%d spin=%sus workers=%d: %.0f steps/s, worker PSS %d MB, cpu us/step java %.0f"
            + " python %.0f sum %.0f%n",
        id, threads, a[2], n, rate, pss / 1024, cj, cc, cj + cc);
    System.exit(0);
  }

  static void work(long n) {
    long work = sink;
    for (long i = 0; i < n; i++) work += i * work + 1;
    sink = work;
  }

  static double cpu(ProcessHandle p) {
    try {
      String s = Files.readString(Path.of("/proc/" + p.pid() + "/stat"));
      String[] f = s.substring(s.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(f[11]) + Long.parseLong(f[12])) / 100.0;
    } catch (java.io.IOException e) {
      return 0;
    }
  }
}
