package dev.stampede.gym;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import py4j.ClientServerConnection;
import py4j.Gateway;
import py4j.Py4JClientConnection;
import py4j.Py4JNetworkException;
import py4j.PythonClient;

/**
 * Py4J's client of one worker, with as many connections as there are calls at the same time.
 *
 * <p>Py4J's own keeps one for each thread that ever called, and threads come and go. It also lets
 * Python answer with commands to Java, with objects of any class and without end; here an answer is
 * one line of bounded length: nothing, a text or an error.
 */
final class WorkerConnections extends PythonClient {
  /** In characters; server.py keeps to it as well. */
  static final int LONGEST_ANSWER = 16 << 20;

  private static final String NOTHING = "!yn";
  private static final String TEXT = "!ys";
  private static final String ERROR = "!xs";

  /** Nothing is connected before the first call. */
  WorkerConnections(int port, String token) {
    super(
        new Gateway(null), // Until this client exists, which it has to know.
        List.of(),
        port,
        loopback(),
        0,
        TimeUnit.SECONDS,
        SocketFactory.getDefault(),
        null, // Python never calls Java: nothing listens here.
        false,
        0,
        token);
    setGateway(new Gateway(null, this));
  }

  @Override
  protected Py4JClientConnection getConnection() throws IOException { // Called under Py4J's lock.
    Py4JClientConnection idle = connections.pollLast();
    if (idle != null) {
      return idle;
    }
    var connection = new Connection();
    connection.setInitiatedFromClient(true);
    connection.start();
    return connection;
  }

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (IOException e) {
      throw new AssertionError(e); // Four bytes are an address.
    }
  }

  private final class Connection extends ClientServerConnection {
    private final BoundedReader bounded;

    Connection() throws IOException {
      super(
          WorkerConnections.this.gateway,
          startClientSocket(),
          customCommands,
          WorkerConnections.this,
          WorkerConnections.this.javaServer,
          WorkerConnections.this.readTimeout,
          WorkerConnections.this.authToken);
      bounded = new BoundedReader(reader, LONGEST_ANSWER);
      reader = new BufferedReader(bounded);
    }

    @Override
    public String sendCommand(String command, boolean blocking) {
      String answer;
      try {
        writer.write(command);
        writer.flush();
        bounded.startAgain();
        answer = reader.readLine();
      } catch (IOException e) {
        throw new Py4JNetworkException(e.toString(), e);
      }
      if (answer == null) {
        throw new Py4JNetworkException("the connection was closed");
      }
      return WorkerConnections.answer(answer);
    }
  }

  /**
   * An answer as Py4J decodes it.
   *
   * @param line what the worker said
   * @throws NoAnswer if that is none
   */
  static String answer(String line) {
    if (!(line.equals(NOTHING) || line.startsWith(TEXT) || line.startsWith(ERROR))) {
      throw new NoAnswer("expected an answer but got \"" + start(line) + "\"");
    }
    return line.substring(1);
  }

  private static String start(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  /** A worker has sent what no worker sends. */
  static final class NoAnswer extends Py4JNetworkException {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message) {
      super(message);
    }
  }

  /** Fails where more characters come than expected, and where the last line has no end. */
  static final class BoundedReader extends FilterReader {
    private final int limit;
    private long read;
    private char last = '\n';

    BoundedReader(Reader in, int limit) {
      super(in);
      this.limit = limit;
    }

    void startAgain() {
      read = 0;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
      int n = super.read(target, offset, length);
      if (n > 0) {
        read += n;
        last = target[offset + n - 1];
      } else if (last != '\n') {
        throw new IOException("the answer was cut off"); // Its writer died over it.
      }
      if (read > limit) {
        throw new NoAnswer("expected an answer of at most " + limit + " characters but got more");
      }
      return n;
    }
  }
}
