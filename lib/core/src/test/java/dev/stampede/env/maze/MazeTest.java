package dev.stampede.env.maze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.sun.management.ThreadMXBean;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Frame;
import dev.stampede.env.Observation;
import dev.stampede.env.Renderable;
import dev.stampede.env.Saveable;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MazeTest {
  private static final int FORWARD = 0;
  private static final int SIZE = 84;
  private static final int PLANE = SIZE * SIZE;

  @Test
  void is_known_by_name() {
    EnvironmentFactory factory = Environments.open("Maze", 1, line -> {});

    assertThat(factory.create(Purpose.TRAINING)).isInstanceOf(Maze.class);
    assertThat(factory.framesPerStep()).isEqualTo(4);
    assertThat(factory.protocol()).containsEntry("frameSkip", "4").containsKey("maze");
    assertThatThrownBy(() -> Environments.check("Mase")).hasMessageContaining("\"Maze\"");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, -7, 1L << 60})
  void a_seed_gives_the_same_episode_bit_for_bit(long seed) {
    Maze one = new Maze();
    Maze other = new Maze();
    play(other, 100, 8, other.reset(9)); // Whatever it did before is forgotten.

    List<String> first = play(one, 1_000, 3, one.reset(seed));

    assertThat(play(other, 1_000, 3, other.reset(seed))).isEqualTo(first);
    assertThat(play(other, 1_000, 3, other.reset(seed + 1))).isNotEqualTo(first);
  }

  @Test
  void each_episode_has_a_maze_of_its_own() {
    Maze maze = new Maze();
    maze.reset(1);
    String first = text(maze.state().plan);
    maze.reset();

    assertThat(text(maze.state().plan)).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 250, 899, 900, 1_300})
  void what_was_restored_goes_on_like_what_was_saved(int stepsBefore) throws IOException {
    Environment saved = EpisodeStatistics.around(new Maze());
    play(saved, stepsBefore, stepsBefore, saved.reset(5));
    var bytes = new ByteArrayOutputStream();
    ((Saveable) saved).save(new DataOutputStream(bytes));

    Environment restored = EpisodeStatistics.around(new Maze());
    play(restored, 11, 9, restored.reset(6)); // To be forgotten.
    var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    ((Saveable) restored).restore(in);

    assertThat(in.available()).isZero();
    List<String> continuation = play(saved, 1_000, 4, Observation.of());
    assertThat(play(restored, 1_000, 4, Observation.of())).isEqualTo(continuation);
  }

  @Test
  void an_episode_is_truncated_after_60_seconds() throws IOException {
    Maze maze = new Maze();
    assertThatThrownBy(() -> maze.step(Action.of(0))).isInstanceOf(IllegalStateException.class);
    maze.reset(1);
    SplitMix random = new SplitMix(1);
    for (int i = 1; i < 60 * maze.framesPerSecond(); i++) {
      assertThat(maze.step(Action.of(random.nextInt(8))).ending()).isEqualTo(Step.Ending.NONE);
    }

    assertThat(maze.step(Action.of(0)).ending()).isEqualTo(Step.Ending.TRUNCATED);
    assertThatThrownBy(() -> maze.step(Action.of(0))).hasMessageContaining("reset()");

    var bytes = new ByteArrayOutputStream();
    maze.save(new DataOutputStream(bytes));
    Maze restored = new Maze();
    restored.reset(2);
    restored.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThatThrownBy(() -> restored.step(Action.of(0))).hasMessageContaining("reset()");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 8})
  void an_action_that_there_is_not_is_refused(int action) {
    Maze maze = new Maze();
    maze.reset(1);

    assertThatThrownBy(() -> maze.step(Action.of(action)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0…7 but got " + action);
    assertThatThrownBy(() -> maze.step(Action.of(0f))).hasMessageContaining("Action.of(int)");
    maze.step(Action.of(0)); // The episode goes on.
  }

  /** Facing east: blocks ahead and to the right of where it began, degrees turned. */
  @ParameterizedTest
  @CsvSource({
    "0, 0.2, 0, 0",
    "1, -0.2, 0, 0",
    "2, 0, -0.2, 0",
    "3, 0, 0.2, 0",
    "4, 0, 0, -12",
    "5, 0, 0, 12"
  })
  void an_action_moves_the_agent_as_documented(int action, double east, double south, int degrees) {
    Maze maze = new Maze();
    MazeState state = inRoom(maze);
    double x = state.x;
    double y = state.y;

    maze.step(Action.of(action));

    assertThat(state.x - x).isCloseTo(east, offset(1e-9));
    assertThat(state.y - y).isCloseTo(south, offset(1e-9));
    assertThat(Math.floorMod(state.heading + 180, 360) - 180).isEqualTo(degrees);
  }

  @ParameterizedTest
  @CsvSource({"6, -12", "7, 12"})
  void walks_while_it_looks_aside(int action, int degrees) {
    Maze maze = new Maze();
    MazeState state = inRoom(maze);
    double x = state.x;
    double y = state.y;

    maze.step(Action.of(action));

    assertThat(Math.floorMod(state.heading + 180, 360) - 180).isEqualTo(degrees);
    assertThat(Math.hypot(state.x - x, state.y - y)).isCloseTo(0.2, offset(0.002));
    assertThat(Math.signum(state.y - y)).isEqualTo(Math.signum(degrees));
  }

  @Test
  void slides_along_a_wall() {
    Maze maze = new Maze();
    MazeState state = inRoom(maze);
    while (state.isFree(state.x, state.y - 0.05)) {
      state.y -= 0.05;
    }
    state.heading = 330; // East and a little north, into the wall.
    double x = state.x;
    double y = state.y;

    maze.step(Action.of(FORWARD));

    assertThat(state.x - x).isCloseTo(0.2 * Math.cos(Math.PI / 6), offset(1e-9));
    assertThat(state.y).isEqualTo(y);
  }

  @Test
  void is_never_inside_a_wall() {
    Maze maze = new Maze();
    maze.reset(1);
    SplitMix random = new SplitMix(2);
    for (int i = 0; i < 100_000; i++) {
      // Forward more often than not, so that it gets about.
      int action = random.nextInt(3) > 0 ? FORWARD : random.nextInt(8);
      boolean last = maze.step(Action.of(action)).last();
      assertClearOfWalls(maze.state());
      if (last) {
        maze.reset();
      }
    }
  }

  private static void assertClearOfWalls(MazeState state) {
    double clearance = 0.5 + MazeState.RADIUS;
    int blockX = (int) state.x;
    int blockY = (int) state.y;
    for (int y = blockY - 1; y <= blockY + 1; y++) {
      for (int x = blockX - 1; x <= blockX + 1; x++) {
        boolean overlaps =
            Math.abs(state.x - x - 0.5) < clearance - 1e-12
                && Math.abs(state.y - y - 0.5) < clearance - 1e-12;
        if (overlaps && state.plan.isWall(x, y)) {
          throw new AssertionError(
              "the agent at (%s, %s) is in wall (%d, %d)".formatted(state.x, state.y, x, y));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 10})
  void every_free_block_can_be_reached_and_no_way_leads_out(int cells) {
    SplitMix random = new SplitMix(cells);
    MazePlan plan = new MazePlan(cells);
    for (int i = 0; i < 200; i++) {
      plan.draw(random);
      int side = plan.side();
      int free = 0;
      boolean closed = true;
      for (int block = 0; block < side * side; block++) {
        int x = block % side;
        int y = block / side;
        boolean border = x == 0 || y == 0 || x == side - 1 || y == side - 1;
        closed &= plan.isWall(x, y) || !border;
        free += plan.isWall(x, y) ? 0 : 1;
      }
      for (int cell = 0; cell < plan.cells(); cell++) {
        assertThat(plan.isWall(plan.block(cell) % side, plan.block(cell) / side)).isFalse();
      }
      assertThat(closed).isTrue();
      assertThat(reachable(plan)).isEqualTo(free);
    }
  }

  private static int reachable(MazePlan plan) {
    int side = plan.side();
    boolean[] seen = new boolean[side * side];
    ArrayDeque<Integer> open = new ArrayDeque<>(List.of(plan.block(0)));
    seen[plan.block(0)] = true;
    int count = 0;
    while (!open.isEmpty()) {
      int block = open.remove();
      count++;
      for (int step : new int[] {1, -1, side, -side}) {
        int to = block + step;
        if (!seen[to] && !plan.isWall(to % side, to / side)) {
          seen[to] = true;
          open.add(to);
        }
      }
    }
    return count;
  }

  @Test
  void things_and_the_agent_begin_in_different_cells() {
    SplitMix random = new SplitMix(1);
    MazeState state = new MazeState(7, 12);
    for (int i = 0; i < 200; i++) {
      state.draw(random);
      int agent = (int) state.y * state.plan.side() + (int) state.x;
      IntStream things = IntStream.concat(Arrays.stream(state.apples), IntStream.of(state.portal));
      assertThat(IntStream.concat(things, IntStream.of(agent)).distinct().count()).isEqualTo(14);
      assertThat(state.plan.isWall(agent % state.plan.side(), agent / state.plan.side())).isFalse();
    }
  }

  @Test
  void an_apple_gives_1_once() {
    Maze maze = new Maze();
    maze.reset(1);
    MazeState state = maze.state();
    putAgentOn(state, state.apples[3]);

    assertThat(maze.step(Action.of(4)).reward()).isEqualTo(1);
    assertThat(maze.step(Action.of(4)).reward()).isZero();
    assertThat(state.taken[3]).isTrue();
    assertThat(state.taken[4]).isFalse();
  }

  @Test
  void the_portal_gives_10_moves_the_agent_and_brings_the_apples_back() {
    Maze maze = new Maze();
    for (long seed = 0; seed < 50; seed++) {
      maze.reset(seed);
      MazeState state = maze.state();
      String walls = text(state.plan);
      int[] apples = state.apples.clone();
      int portal = state.portal;
      for (int apple : apples) {
        putAgentOn(state, apple);
        maze.step(Action.of(4));
      }
      putAgentOn(state, portal);

      assertThat(maze.step(Action.of(5)).reward()).isEqualTo(10);

      assertThat(Math.hypot(state.x - state.centreX(portal), state.y - state.centreY(portal)))
          .isGreaterThan(1);
      assertThat(state.taken).containsOnly(false);
      assertThat(state.apples).isEqualTo(apples);
      assertThat(state.portal).isEqualTo(portal);
      assertThat(text(state.plan)).isEqualTo(walls);
      assertThat(maze.step(Action.of(4)).reward()).isZero();
    }
  }

  @Test
  void respawns_all_over_the_maze() {
    Maze maze = new Maze();
    maze.reset(1);
    MazeState state = maze.state();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      putAgentOn(state, state.portal);
      maze.step(Action.of(4));
      places.add((int) state.y * state.plan.side() + (int) state.x);
    }

    assertThat(places.stream().distinct().count()).isEqualTo(49 - 13);
  }

  /** Red where an apple stands; cyan, the rim, where the portal does. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_is_ahead_is_seen_and_what_is_behind_is_not(boolean apple) {
    Maze maze = new Maze();
    for (long seed = 0; seed < 20; seed++) {
      maze.reset(seed);
      MazeState state = maze.state();
      int thing = apple ? state.apples[0] : state.portal;
      removeAll(state);
      if (apple) {
        state.taken[0] = false;
      } else {
        state.portal = thing;
      }
      int side = state.plan.side();
      int heading = 0; // East, south, west or north of it is a free block.
      while (state.plan.isWall(
          thing % side + (int) Math.round(Headings.cos(heading)),
          thing / side + (int) Math.round(Headings.sin(heading)))) {
        heading += 90;
      }
      state.x = state.centreX(thing) + Headings.cos(heading);
      state.y = state.centreY(thing) + Headings.sin(heading);

      state.heading = Headings.turned(heading, 180);
      byte[] ahead = observed(state);
      state.heading = heading;
      byte[] behind = observed(state);

      assertThat(count(ahead, apple)).as("seed %d", seed).isGreaterThan(40);
      assertThat(count(behind, apple)).as("seed %d", seed).isZero();
    }
  }

  @Test
  void a_wall_hides_what_is_behind_it() {
    Maze maze = new Maze();
    maze.reset(1);
    MazeState state = maze.state();
    removeAll(state);
    int side = state.plan.side();
    int cell = 0;
    while (!state.plan.isWall(state.plan.block(cell) % side + 1, state.plan.block(cell) / side)) {
      cell++;
    }
    putAgentOn(state, state.plan.block(cell));
    state.heading = 0;
    byte[] without = observed(state);

    state.taken[0] = false;
    state.apples[0] = state.plan.block(cell) + 2;

    assertThat(Arrays.equals(observed(state), without)).isTrue();
  }

  @Test
  void a_nearer_apple_covers_a_farther_portal() {
    Maze maze = new Maze();
    MazeState state = inRoom(maze);
    int middle = (int) state.y * state.plan.side() + (int) state.x;
    state.x -= 1;
    state.apples[0] = middle;
    state.taken[0] = false;
    state.portal = middle + 1;
    byte[] both = observed(state);
    state.taken[0] = true;
    byte[] portal = observed(state);

    assertThat(count(both, true)).isGreaterThan(40);
    assertThat(count(portal, false)).isGreaterThan(count(both, false)).isGreaterThan(10);
  }

  @Test
  void the_picture_is_not_blank_and_drawing_it_changes_nothing() {
    Maze maze = new Maze();
    maze.render(); // Before the first episode too.
    Maze unseen = new Maze();
    maze.reset(3);
    unseen.reset(3);
    SplitMix random = new SplitMix(1);
    byte[] before = new byte[0];
    for (int i = 0; i < 40; i++) {
      Frame frame = Renderable.of(EpisodeStatistics.around(maze)).orElseThrow().render();
      assertThat(frame.width()).isEqualTo(320);
      assertThat(frame.height()).isEqualTo(240);
      assertThat(colours(frame)).isGreaterThan(200);
      before = frame.rgb();
      Action action = Action.of(random.nextInt(8));
      byte[] after = bytes(maze.step(action).observation());
      assertThat(Arrays.equals(after, bytes(unseen.step(action).observation()))).isTrue();
    }
    maze.step(Action.of(4));
    assertThat(Arrays.equals(maze.render().rgb(), before)).isFalse();
    assertThat(maze.framesPerSecond()).isEqualTo(15);
  }

  @Test
  void the_map_shows_where_the_agent_is_and_looks() {
    Maze maze = new Maze();
    maze.reset(3);
    MazePicture picture = new MazePicture();
    byte[] one = picture.of(maze.state()).rgb();
    maze.state().heading = Headings.turned(maze.state().heading, 180);

    byte[] other = picture.of(maze.state()).rgb();

    int top = 7; // Within the map, whose wall colours do not depend on the heading.
    assertThat(differences(one, other, 240, 315, top, 80)).isBetween(4, 60);
  }

  @Test
  void a_step_allocates_next_to_nothing() {
    Maze maze = new Maze();
    maze.reset(1);
    SplitMix random = new SplitMix(1);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int i = 0; i < 800; i++) {
      if (i == 100) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      maze.step(Action.of(random.nextInt(8)));
    }

    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 700).isLessThan(200);
  }

  @Test
  void a_random_policy_scores_as_documented() {
    Environment maze = EpisodeStatistics.around(new Maze());
    SplitMix random = new SplitMix(7);
    double sum = 0;
    maze.reset(7);
    for (int i = 0; i < 30; i++) {
      Step step;
      do {
        step = maze.step(Action.of(random.nextInt(8)));
      } while (!step.last());
      sum += step.episode().orElseThrow().score();
      maze.reset();
    }

    assertThat(sum / 30).isCloseTo(2.5, offset(1.5));
  }

  /** An agent that faces east, in a room of 3 by 3 blocks without anything in the maze. */
  private static MazeState inRoom(Maze maze) {
    maze.reset(1);
    MazeState state = maze.state();
    removeAll(state);
    state.heading = 0;
    for (int y = 1; y < state.plan.side() - 3; y++) {
      for (int x = 1; x < state.plan.side() - 3; x++) {
        if (isRoom(state.plan, x, y)) {
          state.x = x + 1.5;
          state.y = y + 1.5;
          return state;
        }
      }
    }
    throw new AssertionError("there is no room in this maze");
  }

  private static boolean isRoom(MazePlan plan, int left, int top) {
    return IntStream.range(0, 9).noneMatch(i -> plan.isWall(left + i % 3, top + i / 3));
  }

  /** The apples are taken, and the portal is within a corner's wall. */
  private static void removeAll(MazeState state) {
    Arrays.fill(state.taken, true);
    state.portal = 0;
  }

  private static void putAgentOn(MazeState state, int block) {
    state.x = state.centreX(block);
    state.y = state.centreY(block);
  }

  private static byte[] observed(MazeState state) {
    byte[] target = new byte[3 * PLANE];
    Camera camera = new Camera(SIZE, SIZE);
    camera.look(state);
    camera.writePlanes(target);
    return target;
  }

  /** Pixels in the red of apples, or in the cyan of the portal. */
  private static int count(byte[] observation, boolean apple) {
    int count = 0;
    for (int i = 0; i < PLANE; i++) {
      int red = observation[i] & 0xff;
      int green = observation[PLANE + i] & 0xff;
      int blue = observation[2 * PLANE + i] & 0xff;
      boolean like =
          apple
              ? red > 100 && green < red / 3 && blue < red / 3
              : red < 110 && green > 190 && blue > 220;
      count += like ? 1 : 0;
    }
    return count;
  }

  private static long colours(Frame frame) {
    byte[] rgb = frame.rgb();
    return IntStream.range(0, rgb.length / 3)
        .map(i -> rgb[3 * i] << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff)
        .distinct()
        .count();
  }

  private static int differences(
      byte[] one, byte[] other, int left, int right, int top, int bottom) {
    int count = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int at = 3 * (y * 320 + x);
        // More than what shines through the map.
        count += Math.abs((one[at + 1] & 0xff) - (other[at + 1] & 0xff)) > 90 ? 1 : 0;
      }
    }
    return count;
  }

  private static String text(MazePlan plan) {
    StringBuilder text = new StringBuilder();
    for (int y = 0; y < plan.side(); y++) {
      for (int x = 0; x < plan.side(); x++) {
        text.append(plan.isWall(x, y) ? '#' : '.');
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** What is seen while it plays on, into new episodes where one ends. */
  private static List<String> play(Environment maze, int steps, long seed, Observation first) {
    SplitMix random = new SplitMix(seed);
    List<String> seen = new ArrayList<>();
    seen.add(String.valueOf(Arrays.hashCode(bytes(first))));
    for (int i = 0; i < steps; i++) {
      Step step = maze.step(Action.of(random.nextInt(8)));
      seen.add(
          "%d %s %s %s"
              .formatted(
                  Arrays.hashCode(bytes(step.observation())),
                  step.reward(),
                  step.ending(),
                  step.episode()));
      if (step.last()) {
        seen.add(String.valueOf(Arrays.hashCode(bytes(maze.reset()))));
      }
    }
    return seen;
  }

  private static byte[] bytes(Observation observation) {
    ByteBuffer buffer = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(buffer);
    return buffer.array();
  }
}
