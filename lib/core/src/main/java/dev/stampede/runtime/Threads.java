package dev.stampede.runtime;

import dev.stampede.nn.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A few threads that do the same to several things at once, and end with {@link #close}. */
final class Threads implements AutoCloseable {
  private final @Nullable ExecutorService service;
  private final List<Thread> started = new CopyOnWriteArrayList<>();

  /**
   * @param name of the threads, followed by a number
   * @param count none does everything on the calling thread
   */
  Threads(String name, int count) {
    AtomicInteger number = new AtomicInteger();
    service = count == 0 ? null : pool(count, name, number);
  }

  /** All its threads are there at once: later there may be no memory for another one. */
  private ExecutorService pool(int count, String name, AtomicInteger number) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(prepared(task), name + "-" + number.getAndIncrement());
              started.add(thread);
              return thread;
            });
    try {
      pool.prestartAllCoreThreads();
    } catch (Throwable e) {
      pool.shutdownNow();
      throw e;
    }
    return pool;
  }

  /**
   * Does something for 0…n−1 and returns when all are done.
   *
   * @throws RuntimeException what the first of them threw
   */
  void all(int n, IntConsumer task) {
    if (service == null) {
      for (int i = 0; i < n; i++) {
        task.accept(i);
      }
      return;
    }
    List<Callable<Boolean>> tasks = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int each = i;
      tasks.add(
          () -> {
            task.accept(each);
            return true;
          });
    }
    try {
      RuntimeException failure = null;
      for (Future<Boolean> each : service.invokeAll(tasks)) {
        try {
          each.get();
        } catch (ExecutionException e) {
          failure = worse(failure, e.getCause());
        }
      }
      if (failure != null) {
        throw failure;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + n + " tasks were under way", e);
    }
  }

  /**
   * The same, but does it for 0 on the calling thread, which waits for the others even if it is
   * interrupted.
   */
  void withCaller(int n, IntConsumer task) {
    if (service == null) {
      all(n, task);
      return;
    }
    List<Future<?>> others = new ArrayList<>(n);
    for (int i = 1; i < n; i++) {
      int each = i;
      others.add(service.submit(() -> task.accept(each)));
    }
    Throwable own = null;
    try {
      task.accept(0);
    } catch (Throwable e) { // The others must have ended before anybody hears of it.
      own = e;
    }
    RuntimeException failure = own instanceof RuntimeException e ? e : null;
    boolean interrupted = false;
    for (Future<?> each : others) {
      while (true) {
        try {
          each.get();
          break;
        } catch (ExecutionException e) {
          failure = worse(failure, e.getCause());
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (own instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static Runnable prepared(Runnable task) {
    return () -> {
      Engine.prepareThread();
      task.run();
    };
  }

  /** The failure that says most: not the one of a thread that only waited for another. */
  private static RuntimeException worse(
      @Nullable RuntimeException before, @Nullable Throwable now) {
    RuntimeException next =
        now instanceof RuntimeException failure ? failure : new IllegalStateException(now);
    boolean followed = next.getCause() instanceof java.util.concurrent.BrokenBarrierException;
    return before == null
            || (!followed
                && before.getCause() instanceof java.util.concurrent.BrokenBarrierException)
        ? next
        : before;
  }

  @Override
  public void close() {
    if (service == null) {
      return;
    }
    service.shutdownNow();
    boolean interrupted = false;
    for (Thread thread : started) { // A terminated service may still have threads on their way out.
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
